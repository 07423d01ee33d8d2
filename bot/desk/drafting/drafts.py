"""Drafts of content files: begun from what is in force, saved again and again, and never overwritten unseen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Select, select

from content.editorial.edition import is_key, text_of
from escalation.record import audit, published
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DraftReview, DraftRow

CLOSED = ("published", "dropped")
ROOM_FOR_NOTE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft as it stands. `base`: the published version it was made from; `revision`: how often it was saved.

    `state` is one of draft, with_lead, with_panel, approved, scheduled, published, dropped.
    """

    id: str
    key: str
    base: int
    text: str
    revision: int
    state: str
    retire: bool
    started_by: str
    started_at: datetime
    changed_by: str
    changed_at: datetime
    publish_at: datetime | None
    note: str

    @property
    def digest(self) -> str:
        """What a verdict is bound to: the SHA-256 of the text, or of nothing where the file is to be taken out."""
        return digest_of("" if self.retire else self.text)

    @property
    def open(self) -> bool:
        """Whether it is still on its way."""
        return self.state not in CLOSED


@dataclass(frozen=True, slots=True)
class Review:
    """What the lead (`by` is their id) or a youth panel (`by` is `None`) said of the text with this digest.

    `step` is lead or panel, `verdict` fits or change.
    """

    id: str
    step: str
    verdict: str
    by: str | None
    name: str
    words: str
    digest: str
    at: datetime


class Overtaken(Exception):
    """Somebody saved since; nothing was stored. `current` is the draft as they left it."""

    def __init__(self, current: Draft) -> None:
        super().__init__(current.id)
        self.current = current


class Over(Exception):
    """The draft was published or dropped, and cannot be changed any more."""


def digest_of(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def open_draft(tx: Tx, key: str, by: str, now: datetime) -> Draft:
    """The open draft of this file, or a new one from what is in force; empty where there is no such file yet.

    Raises `KeyError` for what is no key of content.
    """
    if not is_key(key):
        raise KeyError(key)
    if there := of_key(tx, key):
        return there
    published.alone(tx)
    return of_key(tx, key) or _begun(tx, key, by, now)


def in_force(tx: Tx, key: str) -> str:
    """The text of this file that is in force; empty where there is none."""
    return text_of(published.texts(tx), key) or ""


def of_key(tx: Tx, key: str) -> Draft | None:
    """The open draft of this file, if there is one."""
    row = tx.session.scalar(_open().where(DraftRow.key == key))
    return _draft(row) if row else None


def all_open(tx: Tx) -> list[Draft]:
    """Every open draft, the one that was changed last first."""
    return [_draft(row) for row in tx.session.scalars(_open().order_by(DraftRow.changed_at.desc(), DraftRow.id))]


def find(tx: Tx, draft_id: str) -> Draft:
    """This draft, open or not. Raises `KeyError`."""
    row = tx.session.get(DraftRow, draft_id)
    if row is None:
        raise KeyError(draft_id)
    return _draft(row)


def reviews(tx: Tx, draft_id: str) -> list[Review]:
    """What was said of a draft, in the order in which it was said."""
    rows = select(DraftReview).where(DraftReview.draft_id == draft_id).order_by(DraftReview.at, DraftReview.id)
    return [Review(*(getattr(row, one.name) for one in fields(Review))) for row in tx.session.scalars(rows)]


def save(tx: Tx, draft_id: str, text: str, revision: int, by: str, now: datetime, *, base: int | None = None) -> Draft:
    """Keep `text`, which was made from this revision. Verdicts on another text are stale, and the draft is a draft again.

    `base`: the published version that the text now takes up, where that is another one. A text that is there already changes
    nothing. Raises `Overtaken` where somebody saved since, `Over`, and `KeyError`.
    """
    row = _to_change(tx, draft_id)
    base = row.base if base is None else base
    if (row.text, row.retire, row.base) == (text, False, base):
        return _draft(row)
    if row.revision != revision:
        raise Overtaken(_draft(row))
    row.text, row.base, row.retire = text, base, False
    return _changed(tx, row, "draft_saved", by, now)


def retire(tx: Tx, draft_id: str, revision: int, by: str, now: datetime) -> Draft:
    """Make of this draft one to take the file out; a later `save` makes it one of a text again. Raises as `save`."""
    row = _to_change(tx, draft_id)
    if row.retire:
        return _draft(row)
    if row.revision != revision:
        raise Overtaken(_draft(row))
    row.retire = True
    return _changed(tx, row, "draft_retires", by, now)


def annotate(tx: Tx, draft_id: str, note: str) -> Draft:
    """Say why, for the list of versions; at most 200 characters are kept. Raises `Over` and `KeyError`."""
    row = _to_change(tx, draft_id)
    row.note = " ".join(note.split())[:ROOM_FOR_NOTE]
    return _draft(row)


def row_of(tx: Tx, draft_id: str) -> DraftRow:
    """The row of a draft, locked until the transaction ends. Raises `KeyError`."""
    row = tx.session.scalar(select(DraftRow).where(DraftRow.id == draft_id).with_for_update())
    if row is None:
        raise KeyError(draft_id)
    return row


def _to_change(tx: Tx, draft_id: str) -> DraftRow:
    row = row_of(tx, draft_id)
    if row.state in CLOSED:
        raise Over(row.state)
    return row


def _changed(tx: Tx, row: DraftRow, action: str, by: str, now: datetime) -> Draft:
    row.revision += 1
    row.state, row.publish_at, row.changed_by, row.changed_at = "draft", None, by, now
    draft = _draft(row)
    audit.note(tx, action, now, staff_id=by, subject_id=row.id, digest=draft.digest)
    return draft


def _begun(tx: Tx, key: str, by: str, now: datetime) -> Draft:
    row = DraftRow(
        id=new_id(),
        key=key,
        base=published.version_of(tx, key),
        text=in_force(tx, key),
        revision=0,
        state="draft",
        retire=False,
        started_by=by,
        started_at=now,
        changed_by=by,
        changed_at=now,
        note="",
    )
    tx.session.add(row)
    tx.session.flush()
    audit.note(tx, "draft_begun", now, staff_id=by, subject_id=row.id)
    return _draft(row)


def _open() -> Select[DraftRow]:
    return select(DraftRow).where(DraftRow.state.not_in(CLOSED))


def _draft(row: DraftRow) -> Draft:
    return Draft(*(getattr(row, one.name) for one in fields(Draft)))
