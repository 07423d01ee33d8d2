"""How a young person feels before they talk to an adult and after it: asked, never waited for."""

from __future__ import annotations

from datetime import datetime

from escalation.case import TALKING, Stage
from escalation.record import history
from escalation.record.store import Tx
from escalation.record.tables import CaseRow

BEFORE = {1: "bad", 2: "so_so", 3: "ok"}
"""`cases.feeling_before`: what each number means."""
AFTER = {"bad": 1, "same": 2, "good": 3}
"""`cases.feeling_after`, against before: worse, about the same, better."""
_OVER = (Stage.FOLLOW_UP, Stage.CLOSED)


def before(tx: Tx, case: CaseRow, feeling: int, now: datetime) -> None:
    """They said how they feel, while an adult is there. Anything but 1, 2 or 3 is no answer."""
    if case.stage in TALKING and feeling in BEFORE:
        case.feeling_before = feeling
        history.record(tx, case, f"felt_before_{BEFORE[feeling]}", now, actor="young_person")
        tx.signal(f"case:{case.id}")


def after(tx: Tx, case: CaseRow, feeling: str, now: datetime) -> None:
    """They said how they feel since: `good`, `same` or `bad`. It counts once the adult has ended the conversation."""
    if case.stage in _OVER:
        case.feeling_after = AFTER[feeling]
        history.record(tx, case, f"felt_{feeling}", now, actor="young_person")
