"""A record as it stands after years: many cases, each with its history and its agreement, and as many messages as are asked for.

Rows are written straight into the tables; their words are empty envelopes of one person's key, since nothing here reads them.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Record, Tx
from escalation.record.tables import AgreementRow, CaseCategory, CaseEvent, CaseRow, InboxRow, Person, Table

YEARS = timedelta(days=5 * 365)
AT_ONCE = 2_000
CATEGORIES = ("bullying", "home_abuse", "suicide", "self_harm", "sexual_exploitation", "missing", "fgm", "online_grooming")
AREAS = ("devon", "plymouth", "torbay", "norfolk", "city_hackney", None)
STAGES = ("closed",) * 60 + ("refused", "follow_up", "live", "waiting", "paused")
AGES = ("under_13", "13_15", "16_17", "18_25", "unknown")


def fill(record: Record, cases: int, staff_ids: list[str], now: datetime, messages: int = 0) -> None:
    """Write so many cases of the last five years, the same ones each time, with these members of staff in turn."""
    dice = random.Random(7)
    for start in range(0, cases, AT_ONCE):
        some = range(start, min(start + AT_ONCE, cases))
        record.write(lambda tx, some=some: _write(tx, [_rows(tx, dice, n / cases, staff_ids, now) for n in some]))  # type: ignore[misc]
    if messages:
        record.write(lambda tx: _write_messages(tx, messages, now))


Rows = dict[type[Table], list[dict[str, Any]]]


def _write(tx: Tx, made: list[Rows]) -> None:
    for table in (Person, CaseRow, CaseCategory, CaseEvent, AgreementRow):
        tx.session.execute(insert(table), [row for rows in made for row in rows[table]])


def _rows(tx: Tx, dice: random.Random, age: float, staff_ids: list[str], now: datetime) -> Rows:
    """One person and one case of theirs. `age`: how far back, from 0, now, to 1."""
    person_id, case_id, staff_id = new_id(), new_id(), dice.choice(staff_ids)
    opened = now - timedelta(hours=1) - YEARS * age
    stage = dice.choice(STAGES) if age < 0.02 else "closed"
    category, level = dice.choice(CATEGORIES), dice.choice((2, 2, 2, 3, 3, 4))
    closed = opened + timedelta(minutes=50) if stage == "closed" else None
    referred = closed if closed and dice.random() < 0.05 else None
    person = {"id": person_id, "code": people.code(tx, person_id), "data_key_wrapped": b"x", "created_at": opened, "turned_down": []}
    person |= {"age_band": dice.choice(AGES), "area": dice.choice(AREAS), "easy_read": False, "language": "en"}
    case = {"id": case_id, "person_id": person_id, "stage": stage, "level": level, "categories": [category], "subject": "self"}
    case |= {"flags": [], "basis": "immediate" if level == 4 else "agreement", "contexts": [], "chain": {}, "hidden_from": []}
    case |= {"opened_at": opened, "waiting_since": opened, "worker_id": staff_id, "changed_at": closed or opened, "closed_at": closed}
    case |= {"outcome": "referred" if referred else "guidance_given" if closed else None, "referred_at": referred}
    case |= {"held_at": opened if dice.random() < 0.002 else None}
    events = [("agreed", "young_person", None, 0), ("picked_up", "staff", staff_id, 4), ("closed", "staff", staff_id, 50)]
    return {
        Person: [person],
        CaseRow: [case],
        CaseCategory: [{"category": category, "case_id": case_id}],
        CaseEvent: [
            {"id": new_id(), "case_id": case_id, "at": opened + timedelta(minutes=at), "actor": actor, "staff_id": who, "event": event}
            for event, actor, who, at in events
        ],
        AgreementRow: [_agreement(person_id, case_id, opened)],
    }


def _agreement(person_id: str, case_id: str, at: datetime) -> dict[str, Any]:
    words = {"wording_id": "consent.confirm_chat", "wording_version": "1", "wording_sealed": b"x", "language": "en"}
    whom = {
        "person_id": person_id,
        "case_id": case_id,
        "kind": "given",
        "scope": "chat",
        "recipient": "on_duty",
        "recipient_role": "worker",
    }
    return {"id": new_id(), "at": at, "expires_at": at + timedelta(days=30), **whom, **words}


def _write_messages(tx: Tx, messages: int, now: datetime) -> None:
    """So many messages of one person who came by another app, spread over the years."""
    person, address = people.find_or_create(tx, "web", "writes-a-lot", now - YEARS)
    same = {"person_id": person.id, "address_id": address.id, "channel": "web", "kind": "text", "version": 1, "body_sealed": b"x"}
    for start in range(0, messages, AT_ONCE):
        some = range(start, min(start + AT_ONCE, messages))
        at = now - YEARS * (1 - start / messages)
        rows = [same | {"id": new_id(), "external_id": f"big-{n}", "aside": False, "received_at": at, "handled_at": at} for n in some]
        tx.session.execute(insert(InboxRow), rows)
