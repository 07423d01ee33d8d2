"""What came in and what goes out: inbox and outbox rows, and the transcript they make together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from escalation.record import people
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Address, InboxRow, OutboxRow, Person, Staff
from escalation.record.vault import HasKey
from escalation.signals import said

Buttons = Iterable[tuple[str, str]]
RELAYED = "relayed"
"""The speaker of a young person's words on a worker's phone."""
UNSEND = "unsend"
"""The speaker of a row that asks an app to delete one message; its body is the address, since the person may be gone."""
CONTACT = "out_of_hours"
"""The channel to the organisation's out-of-hours contact."""

BLANK = "•••"
"""What stands for words that were taken in and not kept, such as a code word or a number to ring."""

COPY = "copy"
"""The speaker of a copy of what was said, which is no part of it."""

# Put together once: each message asks for them. Each message writes these rows, too, so that is done without the session, which takes
# several times as long for it.
_inbox, _outbox = cast(Table, InboxRow.__table__), cast(Table, OutboxRow.__table__)
_SAME = (_inbox.c.channel == bindparam("channel")) & (_inbox.c.external_id == bindparam("external_id"))
_BEFORE = select(_SAME, _inbox.c.aside).where(or_(_SAME, _inbox.c.message_ref == bindparam("ref")))
_STORE, _ANSWER = insert(_inbox), insert(_outbox)
_HANDLED = update(_inbox).where(_inbox.c.seq == bindparam("which"))
_UNHANDLED = (
    select(InboxRow)
    .where(InboxRow.person_id == bindparam("person_id"), InboxRow.handled_at.is_(None))
    .order_by(InboxRow.seq)
    .limit(bindparam("limit"))
)
_UNHANDLED_LOCKED = _UNHANDLED.with_for_update()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript. `speaker` is young_person, bot, worker or system; `kind` as in the inbox, or said."""

    id: str
    at: datetime
    speaker: str
    kind: str
    text: str
    media: str | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    staff_id: str | None = None
    level: int | None = None
    version: int = 1
    state: str = "sent"
    case_id: str | None = None
    channel: str | None = None
    problem: str | None = None
    """Why a line that was to go out is not there yet, or never will be."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """What the bot says. `aside`: between the young person and the bot, in no transcript for staff; `picture`: a drawing's file and alt text."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    aside: bool = False
    picture: tuple[str, str] | None = None


def store(
    tx: Tx, address: Address, someone: Person, external_id: str, kind: str, body: dict[str, Any], message_ref: str | None, now: datetime
) -> str | None:
    """Keep what came in and return its id, or `None` if this very event was kept before. An edit becomes a new version (S15)."""
    ref = tx.vault.pseudonym("message", address.pseudonym, message_ref) if message_ref else None
    asked = {"channel": address.channel, "external_id": external_id, "ref": ref}
    connection = tx.session.connection()
    before = connection.execute(_BEFORE, asked).all()
    if any(same for same, _ in before):
        return None
    row_id = new_id()
    row = {
        "id": row_id,
        "person_id": someone.id,
        "address_id": address.id,
        "channel": address.channel,
        "external_id": external_id,
        "kind": kind,
        "message_ref": ref,
        "version": len(before) + 1,
        "body_sealed": tx.vault.seal_for(someone, "inbox.body", row_id, json.dumps(body)),
        "aside": any(aside for _, aside in before),
        "received_at": now,
    }
    connection.execute(_STORE, row)
    tx.signal(said(someone.id))
    return row_id


def unhandled(tx: Tx, person_id: str, limit: int = 1000, *, locked: bool = False) -> list[InboxRow]:
    """What the person sent that nobody handled yet, oldest first; `locked`: nobody else gets them until this transaction ends."""
    asked = _UNHANDLED_LOCKED if locked else _UNHANDLED
    return list(tx.session.scalars(asked, {"person_id": person_id, "limit": limit}))


def hand_over(tx: Tx, someone: Person, other: Person, rows: Iterable[InboxRow]) -> None:
    """Let these messages of `someone` be another's from now on: they came from a place where that one is known now."""
    for row in rows:
        opened = tx.vault.open_for(someone, "inbox.body", row.id, row.body_sealed)
        row.person_id, row.body_sealed = other.id, tx.vault.seal_for(other, "inbox.body", row.id, opened)


def body(tx: Tx, someone: HasKey, row: InboxRow) -> dict[str, Any]:
    """What an inbox row holds: `text`, `media` where something else than words came, and the app's `id` of the message."""
    opened: dict[str, Any] = json.loads(tx.vault.open_for(someone, "inbox.body", row.id, row.body_sealed))
    return opened


def note_handled(
    tx: Tx, someone: Person, rows: Sequence[InboxRow], understood: Sequence[tuple[int, dict[str, Any]]], now: datetime
) -> None:
    """Keep that messages were handled, and beside each its level and what was understood of it, sealed."""
    handled = []
    for row, (level, what) in zip(rows, understood, strict=True):
        sealed = tx.vault.seal_for(someone, "inbox.understood", row.id, json.dumps(what))
        changed = {"level": level, "understood_sealed": sealed, "handled_at": now}
        handled.append({"which": row.seq, **changed})
        for name, value in changed.items():
            set_committed_value(row, name, value)
    tx.session.connection().execute(_HANDLED, handled)


def understanding(tx: Tx, someone: Person, row: InboxRow) -> dict[str, Any]:
    """What was understood of a message; empty before it was handled."""
    if row.understood_sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(tx.vault.open_for(someone, "inbox.understood", row.id, row.understood_sealed))
    return opened


def set_aside(tx: Tx, someone: Person, row: InboxRow, *, blank: bool) -> None:
    """Keep a message between the young person and the bot: no transcript for staff holds it. `blank`: nor does the record."""
    row.aside = True
    if blank or _blanked_before(tx, someone, row):
        emptied = body(tx, someone, row) | {"text": BLANK}
        row.body_sealed = tx.vault.seal_for(someone, "inbox.body", row.id, json.dumps(emptied))


def _blanked_before(tx: Tx, someone: Person, row: InboxRow) -> bool:
    """Whether this is an edit of words that were not kept."""
    if row.message_ref is None:
        return False
    versions = tx.session.scalars(select(InboxRow).where(InboxRow.message_ref == row.message_ref, InboxRow.version < row.version))
    return any(body(tx, someone, version).get("text") == BLANK for version in versions)


def say(
    tx: Tx,
    someone: Person,
    text: str,
    now: datetime,
    *,
    speaker: str = "bot",
    buttons: Buttons = (),
    staff_id: str | None = None,
    case_id: str | None = None,
    urgent: bool = False,
    aside: bool = False,
    not_before: datetime | None = None,
    picture: tuple[str, str] | None = None,
) -> OutboxRow | None:
    """Write one bubble to a person, for the channel they last came by. `None` if they left every channel.

    `aside`: it is between the young person and the bot, and in no transcript for staff. `picture`: a drawing's file and alt text.
    """
    address = people.last_address(tx, someone.id)
    if address is None:
        return None
    bubble = Bubble(text, tuple(buttons), urgent, aside, picture)
    row = OutboxRow(**_to_go_out(tx, someone, address.id, address.channel, bubble, now, speaker))
    row.case_id, row.speaker_staff_id, row.not_before = case_id, staff_id, not_before
    tx.session.add(row)
    _signal(tx, someone, address.channel)
    return row


def answer(tx: Tx, someone: Person, bubbles: Sequence[Bubble], now: datetime) -> None:
    """Write what the bot answers, as `say` does it, in order; nothing if they left every channel."""
    where = people.reached_at(tx, someone.id)
    if where is None:
        return
    if tx.session.new:
        tx.session.flush()  # what was said before keeps its place
    tx.session.connection().execute(_ANSWER, [_to_go_out(tx, someone, *where, bubble, now, "bot") for bubble in bubbles])
    _signal(tx, someone, where[1])


def _to_go_out(tx: Tx, someone: Person, address_id: str, channel: str, bubble: Bubble, now: datetime, speaker: str) -> dict[str, Any]:
    row_id = new_id()
    return {
        "id": row_id,
        "person_id": someone.id,
        "address_id": address_id,
        "channel": channel,
        "speaker": speaker,
        "body_sealed": tx.vault.seal_for(someone, "outbox.body", row_id, packed(bubble.text, bubble.buttons, bubble.picture)),
        "urgent": bubble.urgent,
        "aside": bubble.aside,
        "state": "pending",
        "attempts": 0,
        "created_at": now,
    }


def _signal(tx: Tx, someone: Person, channel: str) -> None:
    tx.signal(f"outbox:{channel}")
    tx.signal(f"person:{someone.id}")


def tell_staff(
    tx: Tx,
    staff: Staff,
    channel: str,
    text: str,
    now: datetime,
    *,
    buttons: Buttons = (),
    case_id: str | None = None,
    urgent: bool = False,
    speaker: str = "system",
) -> OutboxRow:
    """Write one message to a member of staff on a channel of theirs. `RELAYED` as speaker: it holds a young person's words."""
    row_id = new_id()
    row = OutboxRow(
        id=row_id,
        staff_id=staff.id,
        case_id=case_id,
        channel=channel,
        speaker=speaker,
        body_sealed=tx.vault.seal_own("outbox.body", row_id, packed(text, buttons)),
        urgent=urgent,
        state="pending",
        attempts=0,
        created_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.signal(f"outbox:{channel}")
    return row


def tell_contact(tx: Tx, text: str, now: datetime, *, case_id: str | None = None) -> OutboxRow:
    """Write one message to the organisation's out-of-hours contact, who is neither a young person nor on the staff here."""
    row_id = new_id()
    row = OutboxRow(
        id=row_id,
        case_id=case_id,
        channel=CONTACT,
        speaker="system",
        body_sealed=tx.vault.seal_own("outbox.body", row_id, packed(text, ())),
        urgent=True,
        state="pending",
        attempts=0,
        created_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.signal(f"outbox:{CONTACT}")
    return row


def outgoing(tx: Tx, row: OutboxRow) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Words and buttons of an outbox row."""
    bubble = shown(tx, row)
    return bubble.text, bubble.buttons


def picture(tx: Tx, row: OutboxRow) -> tuple[str, str] | None:
    """The drawing that an outbox row shows: file and alt text."""
    return shown(tx, row).picture


def shown(tx: Tx, row: OutboxRow) -> Bubble:
    """All that an outbox row shows."""
    if row.person_id is None:
        opened = tx.vault.open_own("outbox.body", row.id, row.body_sealed)
    else:
        opened = tx.vault.open_for(people.person(tx, row.person_id), "outbox.body", row.id, row.body_sealed)
    text, buttons, picture = unpacked(opened)
    return Bubble(text, buttons, row.urgent, row.aside, picture)


def transcript(
    tx: Tx, someone: Person, *, since: datetime | None = None, until: datetime | None = None, limit: int = 400, asides: bool = True
) -> list[Line]:
    """What was said by everyone, oldest first: the newest `limit` lines from `since` to `until`; for staff without `asides`."""
    came = select(InboxRow).where(InboxRow.person_id == someone.id).order_by(InboxRow.seq.desc()).limit(limit)
    went = select(OutboxRow).where(OutboxRow.person_id == someone.id).order_by(OutboxRow.seq.desc()).limit(limit)
    if since is not None:
        came, went = came.where(InboxRow.received_at >= since), went.where(OutboxRow.created_at >= since)
    if until is not None:
        came, went = came.where(InboxRow.received_at <= until), went.where(OutboxRow.created_at <= until)
    if not asides:
        came, went = came.where(InboxRow.aside.is_(False)), went.where(OutboxRow.aside.is_(False))
    said = [_said(tx, row) for row in tx.session.scalars(went)]
    labels = {token: label for line in said for label, token in line.buttons}
    heard = [_tapped(_heard(tx, someone, row), labels) for row in tx.session.scalars(came)]
    return sorted(heard + said, key=lambda line: line.id)[-limit:]


def _tapped(line: Line, labels: dict[str, str]) -> Line:
    """A tap reads as the label that was tapped."""
    return replace(line, text=labels.get(line.text, "")) if line.kind == "button" else line


def _heard(tx: Tx, someone: Person, row: InboxRow) -> Line:
    data = body(tx, someone, row)
    return Line(
        row.id, row.received_at, "young_person", row.kind, data.get("text", ""), data.get("media"), level=row.level, version=row.version
    )


def _said(tx: Tx, row: OutboxRow) -> Line:
    text, buttons = outgoing(tx, row)
    line = Line(row.id, row.created_at, row.speaker, "said", text, buttons=buttons, staff_id=row.speaker_staff_id)
    state = "arrived" if row.state == "sent" and row.arrived_at else row.state
    return replace(line, state=state, case_id=row.case_id, channel=row.channel, problem=row.problem)


def packed(text: str, buttons: Buttons, picture: tuple[str, str] | None = None) -> str:
    """Words and buttons as a row of the outbox has them, to be sealed."""
    return json.dumps({"text": text, "buttons": [[label, token] for label, token in buttons], "picture": picture})


def unpacked(opened: str) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, str] | None]:
    """Words, buttons and drawing of what `packed` made."""
    data: dict[str, Any] = json.loads(opened)
    buttons = tuple((label, token) for label, token in data["buttons"])
    file, alt = data.get("picture") or ("", "")
    return data["text"], buttons, (file, alt) if file else None
