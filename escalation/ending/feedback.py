"""How a young person found the adult who was there: three taps and free words, once for each case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation.ending.ended import QUESTIONS, RATINGS, About
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Feedback, Person

_PLACE = "feedback.words"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was said in a stretch of time: how many told something, how many said yes to each question, and their own words."""

    told: int
    listened: int
    helped: int
    again: int
    words: tuple[str, ...]


def rate(tx: Tx, case: CaseRow, about: About, rating: str, now: datetime) -> None:
    """One tap: `yes`, `bit` or `no`."""
    setattr(_row(tx, case, now), about, RATINGS[rating])


def say(tx: Tx, someone: Person, case: CaseRow, words: str, now: datetime) -> None:
    """Free words, sealed."""
    row = _row(tx, case, now)
    row.words_sealed = tx.vault.seal_for(someone, _PLACE, row.id, words)


def given(tx: Tx, case: CaseRow) -> bool:
    """Whether something was told about this case."""
    return tx.session.scalar(select(Feedback.id).where(Feedback.case_id == case.id)) is not None


def figures(tx: Tx, since: datetime) -> Figures:
    """What young people told since then, without drills. Words of those whose key was erased are left out."""
    real = select(Feedback).join(CaseRow, CaseRow.id == Feedback.case_id).where(Feedback.at >= since, CaseRow.drill.is_(False))
    rows = list(tx.session.scalars(real.order_by(Feedback.at)))
    yes = {about: sum(getattr(row, about) == RATINGS["yes"] for row in rows) for about in QUESTIONS}
    words = [_words(tx, row) for row in rows if row.words_sealed]
    return Figures(len(rows), **yes, words=tuple(text for text in words if text))


def _words(tx: Tx, row: Feedback) -> str:
    someone = tx.session.get(Person, row.person_id)
    if row.words_sealed is None or someone is None or not someone.data_key_wrapped:
        return ""
    return tx.vault.open_for(someone, _PLACE, row.id, row.words_sealed)


def _row(tx: Tx, case: CaseRow, now: datetime) -> Feedback:
    row = tx.session.scalar(select(Feedback).where(Feedback.case_id == case.id))
    if row is None:
        row = Feedback(id=new_id(), person_id=case.person_id, case_id=case.id, at=now)
        tx.session.add(row)
        tx.session.flush()
    return row
