"""The way of a draft: editor, safeguarding lead, youth panel, published. The one who approves is never the one who wrote.

Each step is one function on a transaction, noted in the audit. One that cannot be taken raises `NotPossible`, in words for staff.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import CLOSED, Draft
from bot.desk.drafting.standing import CHANGE, FITS, LEAD, PANEL, Standing, standing
from escalation.case import NotPossible
from escalation.record import audit
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import DraftReview, DraftRow, DueRow, Staff

PUBLISH = "publish_draft"
"""The due row of a draft that is to be published at a time."""

FURTHEST = timedelta(days=366)
_VERDICTS = (FITS, CHANGE)


def standing_of(tx: Tx, draft_id: str) -> Standing:
    """How this draft stands. Raises `KeyError`."""
    return standing(drafts.find(tx, draft_id), drafts.reviews(tx, draft_id))


def send_to_lead(tx: Tx, draft_id: str, by: str, now: datetime) -> Draft:
    """Ask the safeguarding lead to judge the text as it stands."""
    row = _open(tx, draft_id)
    if row.state != "draft":
        raise NotPossible("it is on its way already")
    if standing_of(tx, draft_id).lead_fits:
        raise NotPossible("the safeguarding lead has said that this very text fits")
    if not _says_something_else(tx, row):
        raise NotPossible("it says what is in force: change something first")
    return _to(tx, row, "with_lead", "draft_to_lead", by, now)


def judge(tx: Tx, draft_id: str, by: str, verdict: str, words: str, now: datetime) -> Draft:
    """A lead's word on the text as it stands: it fits, or something has to change. It can be taken back by another one."""
    row = _open(tx, draft_id)
    who = tx.session.get(Staff, by)
    if who is None or who.role != "lead" or who.closed_at is not None:
        raise NotPossible("only a safeguarding lead can judge it")
    if by == row.changed_by:
        raise NotPossible("you wrote it: somebody else has to judge it")
    if row.state == "draft" and standing_of(tx, draft_id).lead is None:
        raise NotPossible("it was changed or taken back meanwhile: it has to be sent to you again")
    return _judged(tx, row, (LEAD, verdict, who.name, words, drafts.find(tx, draft_id).digest), by, now)


def send_to_panel(tx: Tx, draft_id: str, by: str, now: datetime) -> Draft:
    """Show the text as it stands to the youth panel; only what the lead has said fits. One that is there already stays there."""
    row = _open(tx, draft_id)
    found = standing_of(tx, draft_id)
    if not found.needs_panel:
        raise NotPossible("young people never read this file, so it needs no youth panel")
    if not found.lead_fits:
        raise NotPossible("the safeguarding lead has to say first that this very text fits")
    if row.state in ("approved", "scheduled"):
        raise NotPossible("the youth panel has said that it fits")
    return drafts.find(tx, draft_id) if row.state == "with_panel" else _to(tx, row, "with_panel", "draft_to_panel", by, now)


def panel_judged(tx: Tx, draft_id: str, name: str, verdict: str, words: str, digest: str, now: datetime) -> Draft:
    """A youth panel's word, as a group, on the text with this digest. About another text it is kept and changes nothing.

    Raises `KeyError`.
    """
    row = drafts.row_of(tx, draft_id)
    return _judged(tx, row, (PANEL, verdict, name, words, digest), None, now)


def schedule(tx: Tx, draft_id: str, at: datetime, by: str, now: datetime) -> Draft:
    """Publish an approved draft at `at`; one that is scheduled moves to that time."""
    row = _open(tx, draft_id)
    if row.state not in ("approved", "scheduled"):
        raise NotPossible("only what safeguarding lead and youth panel have said fits can be scheduled")
    if not now < at <= now + FURTHEST:
        raise NotPossible("choose a time that is still to come, within a year")
    row.publish_at = at
    detail = {"draft_id": row.id, "at": at.isoformat(), "by": by}
    tx.session.add(DueRow(id=new_id(), kind=PUBLISH, due_at=at, detail=detail, created_at=now))
    return _to(tx, row, "scheduled", "draft_scheduled", by, now)


def take_back(tx: Tx, draft_id: str, by: str, now: datetime) -> Draft:
    """Stop waiting for the lead, the panel or the time to publish. What was said of the text still holds."""
    row = _open(tx, draft_id)
    if row.state in ("draft", "approved"):
        raise NotPossible("it waits for nobody")
    row.publish_at = None
    return _to(tx, row, "approved" if standing_of(tx, draft_id).approved else "draft", "draft_taken_back", by, now)


def drop(tx: Tx, draft_id: str, by: str, now: datetime) -> Draft:
    """Give a draft up. What is in force stays as it is."""
    row = _open(tx, draft_id)
    row.publish_at = None
    return _to(tx, row, "dropped", "draft_dropped", by, now)


def refuse_unready(tx: Tx, draft: Draft, *, production: bool) -> None:
    """Raise `NotPossible` where this draft may not be published; what nobody signed off may be tried outside production."""
    found = standing(draft, drafts.reviews(tx, draft.id))
    if not draft.open:
        raise NotPossible("it was published or dropped meanwhile")
    if production and not found.approved:
        needed = "safeguarding lead and youth panel have" if found.needs_panel else "the safeguarding lead has"
        raise NotPossible(f"{needed} to say first that this very text fits: in production nothing else is published")


def done(tx: Tx, draft_id: str, by: str, now: datetime) -> None:
    """It is published: to be called in the transaction that stores the version."""
    row = _open(tx, draft_id)
    row.publish_at = None
    _to(tx, row, "published", "draft_published", by, now)


def not_published(tx: Tx, draft_id: str) -> bool:
    """Publishing it did not work: one that was waiting for its time waits for somebody to look at it. Whether it was one of those."""
    row = drafts.row_of(tx, draft_id)
    if row.state != "scheduled":
        return False
    row.state, row.publish_at = "approved", None
    tx.session.flush()
    return True


def _judged(tx: Tx, row: DraftRow, said: tuple[str, str, str, str, str], by: str | None, now: datetime) -> Draft:
    step, verdict, name, words, digest = said
    if verdict not in _VERDICTS:
        raise ValueError(verdict)
    if verdict == CHANGE and step == LEAD and not words.strip():
        raise NotPossible("say what has to change")
    tx.session.add(
        DraftReview(id=new_id(), draft_id=row.id, step=step, verdict=verdict, by=by, name=name, words=words.strip(), digest=digest, at=now)
    )
    tx.session.flush()
    audit.note(tx, f"draft_{step}_{verdict}", now, staff_id=by, subject_id=row.id, digest=digest)
    draft = drafts.find(tx, row.id)
    if draft.open and digest == draft.digest:
        _go_on(tx, row, step, verdict)
    return drafts.find(tx, row.id)


def _go_on(tx: Tx, row: DraftRow, step: str, verdict: str) -> None:
    """Where a verdict on the text as it stands leads to."""
    approved = standing_of(tx, row.id).approved
    if verdict == CHANGE or (step == LEAD and row.state == "with_lead" and not approved):
        row.state, row.publish_at = "draft", None
    elif approved and row.state != "scheduled":
        row.state = "approved"
    tx.session.flush()


def _open(tx: Tx, draft_id: str) -> DraftRow:
    row = drafts.row_of(tx, draft_id)
    if row.state in CLOSED:
        raise NotPossible(f"it was {row.state} meanwhile")
    return row


def _says_something_else(tx: Tx, row: DraftRow) -> bool:
    return row.retire or row.text != drafts.in_force(tx, row.key)


def _to(tx: Tx, row: DraftRow, state: str, action: str, by: str, now: datetime) -> Draft:
    row.state = state
    draft = drafts.find(tx, row.id)
    audit.note(tx, action, now, staff_id=by, subject_id=row.id, digest=draft.digest)
    return draft
