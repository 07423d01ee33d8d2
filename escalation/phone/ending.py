"""Ending a conversation from a phone: the plan line by line, the offer of a check-in, and the answer to "how are you?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from escalation.case import Stage
from escalation.context import Service
from escalation.ending import check_ins, closing
from escalation.record.messages import Buttons
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.relay import Held
from escalation.words import message
from escalation.work import debriefs


class Answer(Protocol):
    """Says a message of the library to whoever holds the phone."""

    def __call__(self, words: str, buttons: Buttons = ..., case_id: str | None = ..., **fields: str) -> None: ...


@dataclass(frozen=True, slots=True)
class PhoneEnding:
    """What one member of staff does about endings, on their phone. Every method may raise `NotPossible`."""

    tx: Tx
    service: Service
    staff: Staff
    now: datetime
    answer: Answer

    def first(self, case: CaseRow) -> list[tuple[str, str]]:
        """The button that begins a plan, where none was begun yet."""
        return [(message(self.service.library, "staff.plan_first")[0], f"0:do:plan:{case.id}")] if case.stage == Stage.LIVE else []

    def start(self, case_id: str) -> None:
        closing.start(self.tx, self.service, case_id, self.staff, self.now)
        self.answer("staff.plan_started", case_id=case_id)

    def plan(self, case: CaseRow, words: str) -> None:
        """`/plan` begins the ending; with words behind it, it suggests a line."""
        if case.stage == Stage.LIVE:
            self.start(case.id)
        elif not words.strip():
            self.answer("staff.plan_started", case_id=case.id)
        if words.strip():
            self._propose(case, words)

    def check_in(self, case: CaseRow) -> None:
        check_ins.offer(self.tx, self.service, case.id, self.staff, self.now)
        self.answer("staff.check_in_offered", case_id=case.id)

    def debrief(self, debrief_id: str, said: str) -> None:
        debriefs.answer(self.tx, self.service, debrief_id, self.staff, said, self.now)
        self.answer(f"staff.debrief_{said}")

    def _propose(self, case: CaseRow, words: str) -> None:
        try:
            closing.propose(self.tx, self.service, case.id, self.staff, words, self.now)
        except Held as held:
            named = ", ".join(message(self.service.library, f"staff.reason_{reason}")[0] for reason in held.reasons)
            self.answer("staff.plan_line_held", case_id=case.id, reasons=named)
        else:
            self.answer("staff.plan_line_proposed", case_id=case.id)
