"""What a member of staff does from their phone to bring in others: hand on, a second adult, the lead. And their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from escalation import cases, relay
from escalation.case import Adult, NotPossible
from escalation.context import Service
from escalation.phone import kept, so_far
from escalation.phone.ending import Answer
from escalation.record import history, messages
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.sharing import asking_the_lead, offers, transfer
from escalation.sharing.offers import TRANSFER, WATCH
from escalation.words import message

ANYBODY = "any"
CHOOSING = {"hand_on": TRANSFER, "second": WATCH}
GIVING = {"give": TRANSFER, "bring": WATCH}
_TAIL = 12
"""So much of a case's id tells it from another one in a button, which holds 64 bytes."""


@dataclass(frozen=True, slots=True)
class PhoneSharing:
    """One member of staff on their phone. Every method may raise `NotPossible`."""

    tx: Tx
    service: Service
    staff: Staff
    now: datetime
    answer: Answer

    def tapped(self, what: list[str]) -> bool:
        """Do what a button asks for; `False` where it is none of these."""
        match what:
            case ["menu", case_id]:
                self.menu(self._current(case_id))
            case [("hand_on" | "second") as which, case_id]:
                self._whom(which, self._current(case_id))
            case [("give" | "bring") as which, staff_id, tail]:
                self._ask_colleague(GIVING[which], staff_id, self._current(tail))
            case ["hand_on_off", case_id]:
                transfer.drop(self.tx, self.service, self._current(case_id).id, self.staff, self.now)
                self.answer("staff.hand_on_dropped")
            case ["watch_stop", case_id]:
                transfer.stop_watching(self.tx, case_id, self.staff, self.now)
                self.answer("staff.watch_stopped")
            case [("transfer_can" | "watch_can") as which, case_id]:
                self._can(which.removesuffix("_can"), case_id)
            case [("transfer_cannot" | "watch_cannot") as which, case_id]:
                offers.not_now(self.tx, self.service, case_id, which.removesuffix("_cannot"), self.staff, self.now)
                self.answer("staff.not_now_noted")
            case ["read_along", case_id]:
                self._read_along(case_id)
            case _:
                return self._about_the_lead(what)
        return True

    def menu(self, case: CaseRow) -> None:
        """What can be done with the conversation they have here."""
        chosen = [
            ("hand_on_off", "staff.do_hand_on_off") if case.transfer_to else ("hand_on", "staff.do_hand_on"),
            ("watch_stop", "staff.do_watch_stop") if case.watcher_id else ("second", "staff.do_second"),
            ("ask", "staff.do_ask"),
            ("check_in", "staff.do_check_in"),
            ("close", "staff.do_close"),
        ]
        self.answer("staff.menu", [self._button(words, f"{go}:{case.id}") for go, words in chosen], case.id)

    def ask_the_lead(self, case: CaseRow, question: str) -> None:
        """`/ask` with words: they are kept until a tap says whether the lead may know whose conversation it is (S09)."""
        if not question.strip():
            self.answer("staff.ask_how", case_id=case.id)
            return
        row = kept.keep(self.tx, self.staff, question, self.now, case.id)
        chosen = (("ask_named", "staff.do_ask_named"), ("ask_unnamed", "staff.do_ask_unnamed"), ("dont_send", "staff.do_ask_not"))
        self.answer("staff.ask_which", [self._button(words, f"{go}:{row.id}") for go, words in chosen], case.id)

    def answer_as_lead(self, words: str) -> None:
        """`/answer` with words, where exactly one question waits: with more of them it would be a guess which one is meant."""
        waiting = asking_the_lead.waiting(self.tx, self.staff)
        if len(waiting) != 1:
            raise NotPossible("no question waits for you" if not waiting else "several questions wait: answer under Flags in the console")
        asking_the_lead.answer(self.tx, self.service, waiting[0].id, self.staff, words, self.now)
        self.answer("staff.lead_has_answered")

    def _about_the_lead(self, what: list[str]) -> bool:
        match what:
            case ["ask", case_id]:
                self.ask_the_lead(self._current(case_id), "")
            case [("ask_named" | "ask_unnamed") as which, row_id]:
                self._ask(row_id, named=which == "ask_named")
            case ["lead_question", case_id]:
                self._read_question(case_id)
            case ["lead_said", case_id]:
                self._read_answer(case_id)
            case _:
                return False
        return True

    def _current(self, id: str) -> CaseRow:
        """The conversation they have here, if it is the one that the button was made for: its id, or the end of it."""
        case = relay.current_on_telegram(self.tx, self.staff)
        if case is None or len(id) < _TAIL or not case.id.endswith(id):
            raise NotPossible("that conversation has ended already, or is not with you here")
        return case

    def _whom(self, which: str, case: CaseRow) -> None:
        among = transfer.colleagues if which == "hand_on" else transfer.watchers
        found = among(self.tx, self.service, case, self.staff, self.now)
        if not found:
            raise NotPossible("nobody else is on duty now")
        go = next(go for go, kind in GIVING.items() if kind == CHOOSING[which])
        named = [(f"{adult.first_name}, {adult.job}", f"0:do:{go}:{adult.staff_id}:{case.id[-_TAIL:]}") for adult in found]
        anybody = [self._button("staff.do_anybody", f"{go}:{ANYBODY}:{case.id[-_TAIL:]}")] if len(found) > 1 else []
        self.answer(f"staff.{which}_whom", [*anybody, *named], case.id)

    def _ask_colleague(self, kind: str, staff_id: str, case: CaseRow) -> None:
        """Somebody with a phone of their own says first whether they can; for anybody else it is as in the console."""
        among = transfer.colleagues if kind == TRANSFER else transfer.watchers
        found = among(self.tx, self.service, case, self.staff, self.now)
        chosen = [adult for adult in found if staff_id in (ANYBODY, adult.staff_id)]
        asked = [adult.staff_id for adult in chosen if self._has_phone(adult)]
        if asked or staff_id == ANYBODY:
            offers.offer(self.tx, self.service, case.id, kind, self.staff, asked, self.now)
            self.answer("staff.colleague_asked", case_id=case.id)
        elif kind == TRANSFER:
            transfer.propose(self.tx, self.service, case.id, self.staff, staff_id, self.now)
            self.answer("staff.young_person_asked", case_id=case.id)
        else:
            transfer.watch(self.tx, self.service, case.id, self.staff, staff_id, self.now)
            self.answer("staff.second_named", case_id=case.id)

    def _has_phone(self, adult: Adult) -> bool:
        row = self.tx.session.get(Staff, adult.staff_id)
        return row is not None and row.telegram is not None

    def _can(self, kind: str, case_id: str) -> None:
        on = kept.CHANNEL if self.service.talks_on_telegram else "console"
        offers.accept(self.tx, self.service, case_id, kind, self.staff, on, self.now)
        if kind == TRANSFER:
            self.answer("staff.young_person_asked", case_id=case_id)

    def _read_along(self, case_id: str) -> None:
        case = self._readable(case_id)
        if case.watcher_id != self.staff.id:
            raise NotPossible("you are not the second adult of that conversation")
        new = so_far.pass_on(self.tx, self.service, case, self.staff, self.now)
        chosen = (("read_along", "staff.do_read_on"), ("watch_stop", "staff.do_watch_stop"))
        buttons = [self._button(words, f"{go}:{case_id}") for go, words in chosen]
        self.answer("staff.read_so_far" if new else "staff.nothing_new", buttons, case_id)

    def _ask(self, row_id: str, *, named: bool) -> None:
        row = kept.decide(self.tx, self.staff, row_id, kept.RELEASED)
        question, _ = messages.outgoing(self.tx, row)
        asking_the_lead.ask(self.tx, self.service, row.case_id or "", self.staff, question, named, self.now)
        self.answer("staff.lead_is_asked", case_id=row.case_id)

    def _read_question(self, case_id: str) -> None:
        """A lead reads what waits for them. The words go again from the phone, like those of a young person."""
        case, waiting = self._readable(case_id), asking_the_lead.waiting(self.tx, self.staff)
        if not waiting:
            raise NotPossible("no question waits for you")
        for question in waiting:
            relay.pass_on(self.tx, case, self.staff, f"{question.asked_by}: {question.text}", self.now)
        self.answer("staff.answer_how")

    def _read_answer(self, case_id: str) -> None:
        case = self._readable(case_id)
        asked = {entry.id for entry in history.entries(self.tx, case, *asking_the_lead.ASKED) if entry.staff_id == self.staff.id}
        answers = [entry.detail["answer"] for entry in history.entries(self.tx, case, "lead_answered") if entry.detail["of"] in asked]
        if not answers:
            raise NotPossible("there is no answer to a question of yours")
        relay.pass_on(self.tx, case, self.staff, answers[-1], self.now)

    def _readable(self, case_id: str) -> CaseRow:
        """The case, where words may be shown on a phone at all."""
        if not self.service.talks_on_telegram:
            raise NotPossible("words are not shown here: open it in the console")
        return cases.locked(self.tx, case_id)

    def _button(self, words: str, go: str) -> tuple[str, str]:
        return message(self.service.library, words)[0], f"0:do:{go}"
