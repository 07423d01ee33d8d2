"""Noting in the audit what a list showed of cases (S72): once for each session and each thing that could be read."""

from __future__ import annotations

from collections.abc import Mapping

from escalation.console.state import Console
from escalation.record import audit
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn


async def note_shown(console: Console, me: SignedIn, read: Mapping[tuple[str, ...], str]) -> None:
    """`read`: what was shown of each case, as a key that changes with it, and the case's id."""
    new = {(me.digest, *key): case_id for key, case_id in read.items() if (me.digest, *key) not in console.shown}
    if not new:
        return
    now = console.clock()

    def note(tx: Tx) -> None:
        for case_id in new.values():
            audit.note(tx, "case_shown", now, staff_id=me.staff_id, case_id=case_id)

    await console.record.awrite(note)
    for key in new:
        console.shown.keep(key)
