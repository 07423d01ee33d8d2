"""Noting in the audit what a list showed of cases (S72): once for each session and each thing that could be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from escalation.console.state import Console
from escalation.reading import CaseReading
from escalation.record import audit
from escalation.staff.sign_in import SignedIn


async def note_shown(console: Console, me: SignedIn, read: Mapping[tuple[str, ...], str]) -> None:
    """`read`: what was shown of each case, as a key that changes with it, and the case's id."""
    new = {(me.digest, *key): case_id for key, case_id in read.items() if (me.digest, *key) not in console.shown}
    if not new:
        return
    now = console.clock()
    await console.record.awrite(lambda tx: audit.note_cases(tx, "case_shown", now, me.staff_id, new.values()))
    for key in new:
        console.shown.keep(key)


async def note_cards(console: Console, me: SignedIn, cards: Iterable[CaseReading]) -> None:
    """Of cards, those that tell what a case is about."""
    await note_shown(console, me, {_key(card): card.id for card in cards if card.raised_by or card.summary or card.reasons})


def _key(card: CaseReading) -> tuple[str, ...]:
    return card.id, str(card.level), str(card.scope), card.basis, card.raised_by.id if card.raised_by else ""
