"""What a step of a conversation may check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from bot.rehearsal import endings
from bot.rehearsal.failed import given, must
from bot.rehearsal.house import House, YoungPerson
from escalation import reading
from escalation.case import NotPossible
from escalation.record.messages import Line
from escalation.record.tables import CaseRow
from escalation.young_person import call_backs, concerns
from nlu.understanding import Level

STAFF_WORDS = re.compile(r"\b(?:safeguarding|lead|flag(?:ged)?|disclos\w+|escalat\w+)\b", re.I)
"""Words that never appear to a young person (S48)."""
MOST_BUBBLES = 6
TELLING = 8
"""Characters from which on a message says something of its own."""
_TIME = re.compile(r"\b\d{1,2}:\d\d\b")


class Looking:
    """Compares what was said, recorded and shown with what a step expects. Each check takes its field out of the step.

    With `any_time`, a bubble may name another time of day than the one that is expected.
    """

    def __init__(self, house: House, young: YoungPerson, *, any_time: bool = False) -> None:
        self.house, self.young, self._any_time = house, young, any_time

    def check(self, step: dict[str, Any], heard: list[Line]) -> None:
        self._words(heard)
        self._bubbles(step, [line.text for line in heard])
        if "buttons" in step:
            shown = self.young.buttons()
            must(shown == step.pop("buttons"), f"buttons are {shown}")
        for name, check in self._checks().items():
            if name in step:
                check(step.pop(name))

    def _the_case(self) -> CaseRow:
        return given(self.young.case() or None, "there is no case")

    def nothing_leaked(self, names: Iterable[str]) -> None:
        """No alert to staff holds anything that the young person wrote, nor where they write from (S61, S80)."""
        written = [line.text for line in self.young.lines() if line.speaker == "young_person" and line.kind != "button"]
        for name in names:
            for alert in self.house.alerts(name):
                _has(alert, (), [self.young.address, *(text for text in written if len(text) >= TELLING)])

    def _checks(self) -> dict[str, Any]:
        return {
            "case": self._case,
            "ledger": self._ledger,
            "agreed_in": self._agreed_in,
            "alerted": self._alerted,
            "alert": self._alert,
            "promises": self._promises,
            "flagged_to": self._flagged_to,
            "sees": self._view,
            "person": self._person,
            "own_words_not": self._own_words_not,
            "concerns": self._concerns,
            "call_back": self._call_back,
            "plan": self._plan,
            "check_ins": self._check_ins,
        }

    def _words(self, heard: list[Line]) -> None:
        for line in heard:
            if line.speaker != "worker":
                must(not STAFF_WORDS.search(line.text), f"words for staff: {line.text!r}")

    def _bubbles(self, step: dict[str, Any], said: list[str]) -> None:
        expected = step.pop("hears", "any")
        if expected != "any":
            must(len(said) == len(expected), f"expected {len(expected)} bubbles, heard {said}")
            for part, text in zip(expected, said, strict=True):
                must(self._plain(part) in self._plain(text), f"expected {part!r} in {text!r}; heard {said}")
        for part in step.pop("hears_not", ()):
            must(not any(part.casefold() in text.casefold() for text in said), f"{part!r} was said: {said}")
        must(len(said) <= step.pop("bubbles_at_most", MOST_BUBBLES), f"too many bubbles: {said}")

    def _plain(self, text: str) -> str:
        return _TIME.sub("0:00", text.casefold()) if self._any_time else text.casefold()

    def _case(self, expected: Any) -> None:
        if expected == "none":
            none = self.young.case()
            must(not none, f"there is a case: {none.stage if none else ''}")
            return
        case = self._the_case()
        for field, value in expected.items():
            found = Level(case.level).id if field == "level" else getattr(case, field)
            must(found == value, f"the case's {field} is {found!r}")

    def _ledger(self, expected: list[str]) -> None:
        entries = [" ".join(filter(None, (row.kind, row.scope))) for row in self.young.ledger()]
        must(entries == expected, f"the ledger holds {entries}")

    def _agreed_in(self, expected: str) -> None:
        language = self.young.ledger()[-1].language
        must(language == expected, f"the newest entry of the ledger was shown in {language}")

    def _alerted(self, expected: dict[str, int]) -> None:
        for name, times in expected.items():
            got = self.house.alerts(name)
            must(len(got) == times, f"{name} got {got}")

    def _alert(self, expected: dict[str, Any]) -> None:
        """The newest alert of somebody: words in it, and words that are not."""
        text = (self.house.alerts(expected["to"]) or [""])[-1]
        _has(text, expected.get("says", ()), expected.get("not", ()))

    def _promises(self, expected: list[str]) -> None:
        case = self._the_case()
        found = self.house.promises(case.id)
        must(found == expected, f"promises are {found}")

    def _flagged_to(self, expected: dict[str, Any]) -> None:
        """What somebody finds on the list of flags: nothing, or a card without words."""
        cards = self.house.flagged(expected["who"])
        if expected.get("nothing"):
            must(not cards, f"there are flags: {cards}")
            return
        must(len(cards) == 1, f"there are {len(cards)} flags")
        card = cards[0]
        must(card.level.id == expected.get("level", card.level.id), f"the flag's level is {card.level.id}")
        must(list(card.categories) == expected.get("categories", list(card.categories)), f"the flag's categories are {card.categories}")
        must(not card.lines and not card.summary and card.raised_by is None, "a flag holds no words")

    def _concerns(self, expected: dict[str, list[str]]) -> None:
        """What each member of staff finds under concerns, the newest first: `about Sam: words`."""
        house = self.house
        for name, lines in expected.items():
            staff = house.staff(name)
            found = house.record.write(partial(concerns.listed, staff=staff, now=house.clock()))
            shown = [f"about {one.about}: {one.words}" if one.about else one.words or "(no words)" for one in found]
            must(shown == lines, f"{name} finds {shown}")

    def _call_back(self, expected: dict[str, Any]) -> None:
        """The call that somebody is to make: `{who, number, when, name, voicemail}`, or `nothing`."""
        case, staff, house = self._the_case(), self.house.staff(expected.pop("who")), self.house
        found = house.record.write(lambda tx: call_backs.for_worker(tx, case.id, staff.id, house.clock()))
        if expected.pop("nothing", False):
            must(found is None, "they see a call to make")
            return
        call = given(found, "they see no call to make")
        must(asdict(call) == {"voicemail": False, **expected}, f"the call is {call}")

    def _own_words_not(self, none_of: list[str]) -> None:
        """Words that are not kept among what the young person wrote."""
        written = [line.text for line in self.young.lines() if line.speaker == "young_person"]
        _has("\n".join(written), (), none_of)

    def _person(self, expected: dict[str, Any]) -> None:
        person = self.young.person()
        for field, value in expected.items():
            must(getattr(person, field) == value, f"{field} is {getattr(person, field)!r}")

    def _plan(self, expected: list[str]) -> None:
        """The lines that stand in the plan of the newest case."""
        case = self._the_case()
        found = endings.plan_of(self.house, case.id)
        must(found == expected, f"the plan is {found}")

    def _check_ins(self, expected: list[str]) -> None:
        """What became of each check-in of the newest case: to come, sent, or how it was answered."""
        case = self._the_case()
        found = [row.answer or ("sent" if row.sent_at else "to come") for row in endings.check_ins_of(self.house, case.id)]
        must(found == expected, f"check-ins are {found}")

    def _view(self, expected: dict[str, Any]) -> None:
        case = self._the_case()
        staff, house = self.house.staff(expected["who"]), self.house
        try:
            seen = house.record.write(lambda tx: reading.read_case(tx, house.service, case.id, staff, house.clock()))
        except NotPossible:
            must(expected.get("nothing"), "this case is hidden from them")
            return
        must(not expected.get("nothing"), "they can see the case")
        words = "\n".join([*(line.text for line in seen.lines), seen.summary, seen.raised_by.text if seen.raised_by else ""])
        _has(words, expected.get("lines", ()), expected.get("not", ()))
        for field in ("summary", "categories", "scope", "age_band"):
            if field in expected:
                found = getattr(seen, field)
                found = list(found) if isinstance(found, tuple) else found
                must(found == expected[field], f"the {field} they see is {found!r}")


def _has(text: str, parts: Iterable[str], none_of: Iterable[str]) -> None:
    for part in parts:
        must(part.casefold() in text.casefold(), f"{part!r} is not in {text!r}")
    for part in none_of:
        must(part.casefold() not in text.casefold(), f"{part!r} is in {text!r}")
