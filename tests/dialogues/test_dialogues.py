"""Runs every conversation in this folder; the README beside it says how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation import reading
from escalation.case import NotPossible
from escalation.record.messages import Line
from nlu.understanding import Level
from tests.house import House, YoungPerson

FOLDER = Path(__file__).parent
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def conversations() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yml")):
        for number, data in enumerate(yaml.safe_load_all(path.read_text()), start=1):
            if data:
                marks = [pytest.mark.rule(rule) for rule in data.get("rules", ())]
                yield pytest.param(data, id=f"{path.stem}-{number}-{data['name']}", marks=marks)


@pytest.mark.parametrize("data", conversations())
async def test_conversation(house: House, data: dict[str, Any]) -> None:
    await Conversation(house, data).run()


class Conversation:
    """One conversation, played step by step."""

    def __init__(self, house: House, data: dict[str, Any]) -> None:
        unknown = set(data) - {"name", "rules", "channel", "duty", "age_band", "steps"}
        assert not unknown, f"unknown fields: {sorted(unknown)}"
        self.house, self.data = house, data
        self.young = YoungPerson(house, data.get("channel", "telegram"))

    async def run(self) -> None:
        self._staff(self.data.get("duty", {"on": ["Sam"], "backup": ["Alex"]}))
        if band := self.data.get("age_band"):
            await self.young.starts()
            await self.young.taps_token(f"0:do:band_{band}")
        for number, step in enumerate(self.data["steps"], start=1):
            try:
                heard = await self._do(dict(step))
            except AssertionError as error:
                raise AssertionError(f"step {number} {step}: {error}") from None
            del heard

    def _staff(self, duty: dict[str, Any]) -> None:
        for name, role in (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead")):
            self.house.hire(name, role)
        for name in duty.get("on", ()):
            self.house.on_duty(name, 24)
        for name in duty.get("backup", ()):
            self.house.on_duty(name, 24, backup=True)
        if "next_in" in duty:
            self.house.on_duty("Sam", starts_in=float(duty["next_in"]))

    async def _do(self, step: dict[str, Any]) -> list[Line]:
        heard = await self._act(step)
        self._check(step, heard)
        assert not step, f"unknown fields: {sorted(step)}"
        return heard

    async def _act(self, step: dict[str, Any]) -> list[Line]:
        topic = step.pop("topic", None)
        scores = step.pop("scores", {})
        if "says" in step:
            return await self.young.says(step.pop("says"), topic, **scores)
        if "taps" in step:
            label = step.pop("taps")
            assert label in self.young.buttons(), f"no button {label!r} under the last message; there are {self.young.buttons()}"
            return await self.young.taps(label)
        if "taps_again" in step:
            return await self.young.taps(step.pop("taps_again"))
        if "sends" in step:
            return await self.young.sends(step.pop("sends"), step.pop("caption", ""))
        if "starts" in step:
            step.pop("starts")
            return await self.young.starts()
        if "says_at_once" in step:
            return await self._burst(step.pop("says_at_once"))
        if "wait" in step:
            number, unit = re.fullmatch(r"([\d.]+)([smhd])", step.pop("wait")).groups()  # type: ignore[union-attr]
            await self.house.wait(**{UNITS[unit]: float(number)})
            return self.young.hears()
        return await self._staff_act(step)

    async def _burst(self, texts: list[str]) -> list[Line]:
        from bot.channels import Incoming

        for index, text in enumerate(texts):
            await self.house.intake.take(Incoming(self.young.channel, self.young.address, f"burst-{index}", "text", text))
        await self.house.settle()
        return self.young.hears()

    async def _staff_act(self, step: dict[str, Any]) -> list[Line]:
        case = self.young.case()
        case_id = case.id if case else ""
        refused = step.pop("cannot", False)
        try:
            if "picks_up" in step:
                self.house.pick_up(step.pop("picks_up"), case_id)
            elif "worker" in step:
                self.house.worker_says(step.pop("worker"), case_id, step.pop("writes"))
            elif "closes" in step:
                self.house.close(step.pop("closes"), case_id, step.pop("outcome", "guidance_given"))
            elif "hands_back" in step:
                self.house.hand_back(step.pop("hands_back"), case_id)
        except NotPossible:
            assert refused, "this was refused"
        else:
            assert not refused, "this should have been refused"
        return self.young.hears()

    def _check(self, step: dict[str, Any], heard: list[Line]) -> None:
        said = [line.text for line in heard]
        expected = step.pop("hears", "any")
        if expected != "any":
            assert len(said) == len(expected), f"expected {len(expected)} bubbles, heard {said}"
            for part, text in zip(expected, said, strict=True):
                assert part.casefold() in text.casefold(), f"expected {part!r} in {text!r}; heard {said}"
        for part in step.pop("hears_not", ()):
            assert not any(part.casefold() in text.casefold() for text in said), f"{part!r} was said: {said}"
        if "buttons" in step:
            assert self.young.buttons() == step.pop("buttons"), f"buttons are {self.young.buttons()}"
        if "case" in step:
            self._check_case(step.pop("case"))
        if "ledger" in step:
            entries = [" ".join(filter(None, (row.kind, row.scope))) for row in self.young.ledger()]
            assert entries == step.pop("ledger"), f"the ledger holds {entries}"
        for name, times in step.pop("alerted", {}).items():
            assert len(self.house.alerts(name)) == times, f"{name} got {self.house.alerts(name)}"
        if "sees" in step:
            self._check_view(step.pop("sees"))

    def _check_case(self, expected: Any) -> None:
        case = self.young.case()
        if expected == "none":
            assert not case, f"there is a case: {case.stage if case else ''}"
            return
        assert case, "there is no case"
        for field, value in expected.items():
            found = Level(case.level).id if field == "level" else getattr(case, field)
            assert found == value, f"the case's {field} is {found!r}"

    def _check_view(self, expected: dict[str, Any]) -> None:
        case = self.young.case()
        assert case, "there is no case"
        staff = self.house.staff(expected["who"])
        house = self.house
        try:
            seen = house.record.write(lambda tx: reading.read_case(tx, house.service, case.id, staff, house.clock()))
        except NotPossible:
            assert expected.get("nothing"), "this case is hidden from them"
            return
        assert not expected.get("nothing"), "they can see the case"
        words = [line.text for line in seen.lines] + [seen.summary, seen.raised_by.text if seen.raised_by else ""]
        for part in expected.get("lines", ()):
            assert any(part in text for text in words), f"{part!r} is not in {words}"
        for part in expected.get("not", ()):
            assert not any(part in text for text in words), f"{part!r} is in {words}"
        if "summary" in expected:
            assert seen.summary == expected["summary"], f"the summary is {seen.summary!r}"
