"""A member of staff on their own phone: what their taps and words in a messaging app do. Knows no app and imports none.

They hold one conversation at a time there. Every answer to them is an outbox row, like all that goes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from escalation import relay
from escalation.case import NotPossible
from escalation.context import Service
from escalation.phone import kept, rota, so_far
from escalation.phone.ending import PhoneEnding
from escalation.phone.kept import CHANNEL
from escalation.phone.sharing import PhoneSharing
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, OutboxRow, Staff
from escalation.relay import Held
from escalation.words import message, tokens
from escalation.young_person import call_backs

COMMANDS = ("close", "back", "plan", "checkin", "menu", "ask")
"""What is done with the conversation they have on the phone."""


def act(tx: Tx, service: Service, staff: Staff, kind: str, text: str, now: datetime, reply_to: str | None = None) -> None:
    """Do what a member of staff did: `kind`, `text` and `reply_to` are those of the channel's `Incoming`. Never raises
    `NotPossible`: what cannot be done is answered with the reason."""
    phone = _Phone(tx, service, staff, now, reply_to)
    try:
        phone.did(kind, text)
    except NotPossible as error:
        phone.answer("staff.not_done", why=str(error))


@dataclass(frozen=True, slots=True)
class _Phone:
    tx: Tx
    service: Service
    staff: Staff
    now: datetime
    reply_to: str | None

    def did(self, kind: str, text: str) -> None:
        if kind == "button":
            self._tapped(text)
        elif kind == "command" or (kind == "text" and text.startswith("/")):
            self._commanded(text.removeprefix("/"))
        elif kind == "text":
            self._wrote(text)
        elif kind == "edited":
            self.answer("staff.edit_not_passed_on")
        elif kind == "left":
            self._left()
        else:
            self.answer("staff.help" if kind == "started" else "staff.media_not_passed_on")

    def answer(self, words: str, buttons: messages.Buttons = (), case_id: str | None = None, **fields: str) -> None:
        """Say a message of the library to this member of staff, with `buttons` under its last bubble."""
        bubbles = message(self.service.library, words, "unknown", False, **fields)
        for index, bubble in enumerate(bubbles):
            last = index == len(bubbles) - 1
            messages.tell_staff(self.tx, self.staff, CHANNEL, bubble, self.now, buttons=buttons if last else (), case_id=case_id)

    def _tapped(self, token: str) -> None:
        match token.partition(":do:")[2].split(":"):
            case ["pick_up", case_id]:
                self._pick_up(case_id)
            case ["send_anyway", row_id]:
                self._send_anyway(kept.decide(self.tx, self.staff, row_id, kept.RELEASED))
            case ["dont_send", row_id]:
                kept.decide(self.tx, self.staff, row_id, kept.DROPPED)
                self.answer("staff.hold_dropped")
            case ["outcome", outcome, case_id]:
                self._close(outcome, case_id)
            case ["plan", case_id]:
                self._ending.start(case_id)
            case ["debrief", said, debrief_id]:
                self._ending.debrief(debrief_id, said)
            case [("close" | "check_in") as command, case_id]:
                self._do(command.replace("_", ""), "", self._current(case_id))
            case what:
                if not self._sharing.tapped(what):
                    raise NotPossible("this button is not in use any more")

    def _commanded(self, words: str) -> None:
        # Whatever parts them, a new line too: no word behind the command may get lost, such as a "don't".
        first, behind = (*words.split(maxsplit=1), "", "")[:2]
        name = first.partition("@")[0].lower()
        if name in rota.COMMANDS:
            rota.commanded(self.tx, self.service, self.staff, name, behind, self.now, self.answer)
            return
        if name == "answer" and self.staff.role == "lead":
            self._sharing.answer_as_lead(behind)
            return
        current = relay.current_on_telegram(self.tx, self.staff)
        if name not in COMMANDS:
            self.answer("staff.help")
        elif current is None:
            self.answer("staff.nothing_open")
        else:
            self._do(name, behind, current)

    def _do(self, name: str, words: str, current: CaseRow) -> None:
        """A command, or the button that stands for it."""
        if name == "close":
            self.answer("staff.choose_outcome", [*self._ending.first(current), *self._outcomes(current)], current.id)
        elif name == "plan":
            self._ending.plan(current, words)
        elif name == "checkin":
            self._ending.check_in(current)
        elif name == "menu":
            self._sharing.menu(current)
        elif name == "ask":
            self._sharing.ask_the_lead(current, words)
        else:
            relay.hand_back(self.tx, self.service, current.id, self.staff, self.now)
            self.answer("staff.handed_back", case_id=current.id)

    @property
    def _ending(self) -> PhoneEnding:
        return PhoneEnding(self.tx, self.service, self.staff, self.now, self.answer)

    @property
    def _sharing(self) -> PhoneSharing:
        return PhoneSharing(self.tx, self.service, self.staff, self.now, self.answer)

    def _outcomes(self, case: CaseRow) -> list[tuple[str, str]]:
        labels = {outcome: message(self.service.library, f"staff.outcome_{outcome}")[0] for outcome in relay.OUTCOMES}
        return [(label, f"0:do:outcome:{outcome}:{case.id}") for outcome, label in labels.items()]

    def _pick_up(self, case_id: str) -> None:
        if not self.service.talks_on_telegram:
            self.answer("staff.alerts_only")
            return
        try:
            case = relay.pick_up(self.tx, self.service, case_id, self.staff, CHANNEL, self.now)
        except NotPossible as error:
            self.answer("staff.too_late", why=str(error))
            return
        if case.drill:
            return  # it is over, and they were told
        shown = tokens(self.service.library.message("staff.picked_up").buttons)
        self.answer("staff.picked_up", [(label, f"{token}:{case_id}") for label, token in shown], case_id)
        so_far.pass_on(self.tx, self.service, case, self.staff, self.now)
        if call_backs.is_asked_for(self.tx, case):
            self.answer("staff.call_back_asked", case_id=case_id)

    def _wrote(self, text: str) -> None:
        current, meant = relay.current_on_telegram(self.tx, self.staff), self._replied_to()
        if meant and (current is None or current.id != meant):
            self.answer("staff.reply_too_late")
            return
        if current is None:
            self.answer("staff.nothing_open" if self.service.talks_on_telegram else "staff.alerts_only")
            return
        try:
            relay.say(self.tx, self.service, current.id, self.staff, text, self.now)
        except Held as held:
            self._hold(current, text, held.reasons)

    def _replied_to(self) -> str | None:
        """The case whose relayed words they answered. A long message has several ids, one for each part."""
        if self.reply_to is None:
            return None
        theirs = select(OutboxRow.external_id, OutboxRow.case_id).where(
            OutboxRow.staff_id == self.staff.id, OutboxRow.channel == CHANNEL, OutboxRow.speaker == messages.RELAYED
        )
        rows = self.tx.session.execute(theirs.where(OutboxRow.external_id.contains(self.reply_to)).order_by(OutboxRow.seq.desc()))
        return next((case_id for ids, case_id in rows if ids and self.reply_to in ids.split(",")), None)

    def _hold(self, case: CaseRow, text: str, reasons: tuple[str, ...]) -> None:
        """Keep the words as a row that no channel sends, so that a restart loses nothing, and ask (S64)."""
        row = kept.keep(self.tx, self.staff, text, self.now, case.id)
        asked = tokens(self.service.library.message("staff.held").buttons)
        named = ", ".join(message(self.service.library, f"staff.reason_{reason}")[0] for reason in reasons)
        self.answer("staff.held", [(label, f"{token}:{row.id}") for label, token in asked], case.id, reasons=named)

    def _send_anyway(self, row: OutboxRow) -> None:
        text, _ = messages.outgoing(self.tx, row)
        case_id = row.case_id or ""
        relay.say(self.tx, self.service, case_id, self.staff, text, self.now, confirmed=True)
        self.answer("staff.sent_anyway", case_id=case_id)

    def _close(self, outcome: str, case_id: str) -> None:
        self._current(case_id)
        relay.close(self.tx, self.service, case_id, self.staff, outcome, "", self.now)
        self.answer("staff.closed", case_id=case_id)

    def _current(self, case_id: str) -> CaseRow:
        """The conversation they have here, if the button was made for it."""
        current = relay.current_on_telegram(self.tx, self.staff)
        if current is None or current.id != case_id:
            raise NotPossible("that conversation has ended already, or is not with you here")
        return current

    def _left(self) -> None:
        """They blocked the bot: nobody must be left talking to a phone that hears nothing."""
        current = relay.current_on_telegram(self.tx, self.staff)
        if current is not None:
            relay.hand_back(self.tx, self.service, current.id, self.staff, self.now)
