"""A record as it stands after years: many cases, each with its chat, history, agreement, promise and what was told of it afterwards.

Rows are written straight into the tables, sealed with each person's own key as the product does it, so that every page opens.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from escalation import chain, promises
from escalation.ending.ended import RATINGS
from escalation.record import audit, people
from escalation.record.envelope import Key, seal
from escalation.record.ids import new_id
from escalation.record.store import Record, Tx
from escalation.record.tables import (
    Address,
    AgreementRow,
    CaseCategory,
    CaseEvent,
    CaseRow,
    Concern,
    Debrief,
    DueRow,
    Feedback,
    InboxRow,
    OutboxRow,
    Person,
    PromiseRow,
    Table,
)

YEARS = timedelta(days=5 * 365)
AT_ONCE = 1_000
READ_ONE_IN = 5
"""So many cases have one that a read is noted of: each link of the audit is made from the one before."""
CATEGORIES = ("bullying", "home_abuse", "suicide", "self_harm", "sexual_exploitation", "missing", "fgm", "online_grooming")
AREAS = ("devon", "plymouth", "torbay", "norfolk", "city_hackney", None)
STAGES = ("closed",) * 62 + ("refused", "follow_up", "paused")
AGES = ("under_13", "13_15", "16_17", "18_25", "unknown")
THEIRS = tuple(
    json.dumps({"text": text, "media": None, "id": None})
    for text in ("i dont really know what to say about it all tbh", "he keeps asking me and i said no", "ok", "can you stay a bit", "ty")
)
OURS = tuple(
    json.dumps({"text": text, "buttons": [], "picture": None})
    for text in ("Thank you for telling us. Take all the time you need.", "I'm here with you now.", "What would you like to happen next?")
)
TABLES = (
    *(Person, Address, CaseRow, CaseCategory, CaseEvent, AgreementRow, PromiseRow, DueRow),
    *(Feedback, Debrief, Concern, InboxRow, OutboxRow),
)
"""In the order in which rows need each other."""

Row = dict[str, Any]


def fill(record: Record, cases: int, staff_ids: list[str], now: datetime, messages: int) -> None:
    """Write so many cases of the last five years, the oldest first, with these members of staff in turn, and so many messages."""
    dice = random.Random(7)
    for start in range(0, cases, AT_ONCE):
        ages = [1 - (number + 1) / cases for number in range(start, min(start + AT_ONCE, cases))]
        record.write(lambda tx, ages=ages: _write(tx, [Told(tx, dice, age, staff_ids, now, messages // cases) for age in ages]))  # type: ignore[misc]


def _write(tx: Tx, made: list[Told]) -> None:
    for table in TABLES:
        if rows := [row for one in made for row in one.rows[table]]:
            tx.session.connection().execute(insert(Table.metadata.tables[table.__tablename__]), rows)
    for one in made[::READ_ONE_IN]:
        audit.note(tx, "case_read", one.ended, staff_id=one.staff_id, case_id=one.case_id)


class Told:
    """The rows of one person with one case. `age`: how far back it is, from 0, now, to 1; `messages`: how long their chat is."""

    def __init__(self, tx: Tx, dice: random.Random, age: float, staff_ids: list[str], now: datetime, messages: int) -> None:
        self.rows: defaultdict[type[Table], list[Row]] = defaultdict(list)
        self.tx, self.dice, self.staff_id = tx, dice, dice.choice(staff_ids)
        self.person_id, self.case_id, self.address_id = new_id(), new_id(), new_id()
        self.opened = now - timedelta(hours=1) - YEARS * age
        self.ended = self.opened + timedelta(minutes=50)
        self.stage = dice.choice(STAGES) if age < 0.02 else "closed"
        self.level = dice.choice((2, 2, 2, 3, 3, 4))
        self.whose = {"person_id": self.person_id, "case_id": self.case_id}
        self.key = self._person()
        self._chat(messages)
        self._case()
        self._history()
        self._agreement()
        self._afterwards()

    def _add(self, table: type[Table], **row: Any) -> str:
        row_id: str = row.setdefault("id", new_id())
        self.rows[table].append(row)
        return row_id

    def _sealed(self, place: str, row_id: str, data: Any) -> bytes:
        return seal(self.key, place, row_id, (data if isinstance(data, str) else json.dumps(data)).encode())

    def _person(self) -> Key:
        wrapped = self.tx.vault.new_person_key(self.tx.session, self.person_id)
        kind = {"age_band": self.dice.choice(AGES), "area": self.dice.choice(AREAS), "easy_read": False, "language": "en"}
        when = {"created_at": self.opened, "last_seen_at": self.ended, "turned_down": []}
        code = people.code(self.tx, self.person_id)
        self._add(Person, id=self.person_id, code=code, data_key_wrapped=wrapped, **kind, **when)
        key = self.tx.vault.person_key(Person(id=self.person_id, data_key_wrapped=wrapped, key_number=1))
        self.tx.vault.forget_person(self.person_id)
        where = self.tx.vault.pseudonym("webchat", self.address_id)
        sealed = seal(key, "addresses.address", self.address_id, self.address_id.encode())
        used = {"created_at": self.opened, "last_used_at": self.ended}
        self._add(Address, id=self.address_id, person_id=self.person_id, channel="webchat", pseudonym=where, address_sealed=sealed, **used)
        return key

    def _chat(self, messages: int) -> None:
        """Both sides in turn; the first message raised the case."""
        same = {"person_id": self.person_id, "address_id": self.address_id, "channel": "webchat", "aside": False}
        for number in range(messages):
            row_id, at = new_id(), self.opened + timedelta(minutes=45) * number / messages
            if number % 2 == 0:
                body = self._sealed("inbox.body", row_id, self.dice.choice(THEIRS))
                seen = {"received_at": at, "handled_at": at, "level": self.level if number == 0 else 0, "version": 1}
                self._add(InboxRow, id=row_id, external_id=row_id, kind="text", body_sealed=body, **seen, **same)
            else:
                body = self._sealed("outbox.body", row_id, self.dice.choice(OURS))
                sent = {"created_at": at, "sent_at": at, "state": "sent", "urgent": False, "attempts": 1, "case_id": self.case_id}
                by = {"speaker": "worker", "speaker_staff_id": self.staff_id}
                self._add(OutboxRow, id=row_id, body_sealed=body, **by, **sent, **same)

    def _case(self) -> None:
        category, closed = self.dice.choice(CATEGORIES), self.ended if self.stage == "closed" else None
        referred = closed if closed and self.dice.random() < 0.05 else None
        first = next((row["id"] for row in self.rows[InboxRow]), None)
        what = {"stage": self.stage, "level": self.level, "categories": [category], "subject": "self", "flags": [], "contexts": []}
        basis: Row = {"basis": "immediate" if self.level == 4 else "agreement", "raised_by": first, "chain": {}, "hidden_from": []}
        times = {"opened_at": self.opened, "waiting_since": self.opened, "changed_at": closed or self.opened, "closed_at": closed}
        end = {"outcome": "referred" if referred else "guidance_given" if closed else None, "referred_at": referred}
        who = {"worker_id": self.staff_id, "picked_up_at": self.opened + timedelta(minutes=4), "picked_up_on": "console"}
        held = {"held_at": self.opened if self.dice.random() < 0.002 else None}
        self._add(CaseRow, id=self.case_id, person_id=self.person_id, **what, **basis, **times, **end, **who, **held)
        self.rows[CaseCategory].append({"category": category, "case_id": self.case_id})

    def _history(self) -> None:
        self._event("agreed", 0)
        self._event("picked_up", self.dice.choice((2, 4, 9)), by_staff=True)
        self._event("noted", 20, {"words": "She is safe tonight, and her aunt knows."}, by_staff=True)
        if self.dice.random() < 0.05:
            asked = self._event("lead_asked", 25, {"question": "Should we refer this?", "named": True}, by_staff=True)
            self._event("lead_answered", 35, {"of": asked, "answer": "Not yet: see her tomorrow."}, by_staff=True)
        if self.stage == "closed":
            self._event("closed", 50, {"outcome": "guidance_given", "note": "We made a plan.", "safer": ""}, by_staff=True)

    def _event(self, event: str, minutes: int, detail: Row | None = None, *, by_staff: bool = False) -> str:
        row_id = new_id()
        sealed = None if detail is None else self._sealed("case_events.detail", row_id, detail)
        who = {"actor": "staff" if by_staff else "young_person", "staff_id": self.staff_id if by_staff else None}
        at = self.opened + timedelta(minutes=minutes)
        return self._add(CaseEvent, id=row_id, case_id=self.case_id, event=event, at=at, detail_sealed=sealed, **who)

    def _agreement(self) -> None:
        row_id = new_id()
        words = self._sealed("agreements.wording", row_id, "Sam will see this chat so far.")
        wording = {"wording_id": "consent.confirm_chat", "wording_version": "1", "wording_sealed": words, "language": "en"}
        whom = {"kind": "given", "scope": "chat", "recipient": "on_duty", "recipient_role": "worker"}
        expires = self.opened + timedelta(days=30)
        self._add(AgreementRow, id=row_id, at=self.opened, expires_at=expires, **self.whose, **whom, **wording)

    def _afterwards(self) -> None:
        """What was promised and came true, what was due and is done, and what some of them told."""
        for minutes in (5, 15):
            at = self.opened + timedelta(minutes=minutes)
            done = {"due_at": at, "created_at": self.opened, "done_at": at, "result": "done"}
            self._add(DueRow, kind=chain.STEP, detail={}, **self.whose, **done)
        kept = self.opened + timedelta(minutes=4)
        promised = {"made_at": self.opened, "due_at": self.opened + timedelta(minutes=5), "kept_at": kept}
        self._add(PromiseRow, what=promises.ADULT_HERE, **self.whose, **promised)
        if self.stage == "closed" and self.dice.random() < 0.3:
            said = {about: self.dice.choice(list(RATINGS.values())) for about in ("listened", "helped", "again")}
            self._add(Feedback, at=self.ended, **self.whose, **said)
        if self.stage == "closed" and self.level == 4:
            answered = {"asked_at": self.ended, "answered_at": self.ended, "answer": "fine"}
            self._add(Debrief, staff_id=self.staff_id, case_id=self.case_id, **answered)
        if self.dice.random() < 0.004:
            self._concern()

    def _concern(self) -> None:
        row_id = new_id()
        words = self._sealed("concerns.words", row_id, "nobody wrote back for an hour")
        decision = self._sealed("concerns.decision", row_id, "We said sorry, and changed the rota.")
        decided = {"decided_by": self.staff_id, "decided_at": self.ended, "decision_sealed": decision}
        self._add(Concern, id=row_id, kind="service", at=self.opened, words_sealed=words, **self.whose, **decided)
