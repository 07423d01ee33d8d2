"""A conversation that was written down as a test, played against the whole service.

How they are written says `content/dialogues/README.md`.
"""

from __future__ import annotations

import re
from typing import Any

from bot.dialogue.risk.duties import BANDS
from bot.rehearsal import endings, hand_overs
from bot.rehearsal.failed import Failed, given, must
from bot.rehearsal.house import House, YoungPerson
from bot.rehearsal.looking import Looking
from content.editorial.library import CONTENT
from escalation.case import NotPossible
from escalation.record.messages import Line
from escalation.relay import Held
from nlu.understanding import Level

FOLDER = CONTENT / "dialogues"
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
TEAM = (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead"))
FIELDS = {"name", "rules", "channel", "duty", "age_band", "easy_read", "steps"}


def scores_for(risk: str) -> dict[str, Any]:
    """What a sure intent service says: `urgent home_abuse`, or `concern self_harm about other`."""
    what, _, about = risk.partition(" about ")
    level, *categories = what.split()
    reached = Level.of(level)
    at_least = {each.id: 0.95 if each <= reached else 0.02 for each in list(Level)[1:]}
    return {"at_least": at_least, "categories": dict.fromkeys(categories, 0.95), "subject": {about or "self": 0.95}}


class Conversation:
    """One conversation, played step by step. With `any_time`, other times of day may be said than those that are written down."""

    def __init__(self, house: House, data: dict[str, Any], *, any_time: bool = False) -> None:
        unknown = set(data) - FIELDS
        must(not unknown, f"unknown fields: {sorted(unknown)}")
        self.house, self.data = house, data
        self.young = YoungPerson(house, data.get("channel", "telegram"))
        self.looking = Looking(house, self.young, any_time=any_time)

    async def run(self) -> None:
        self._staff(self.data.get("duty", {"here": ["Sam"], "backup": ["Alex"]}))
        if band := self.data.get("age_band"):
            must(band in BANDS, f"no such age band: {band!r} (write it in quotes)")
            await self.young.starts()
            await self.young.taps_token(f"0:do:band_{band}")
        if self.data.get("easy_read"):
            await self.young.taps_token("0:do:easy_on")
        for number, step in enumerate(self.data["steps"], start=1):
            try:
                await self._do(dict(step))
            except Failed as error:
                raise Failed(f"step {number} ({_act_of(step)}): {error}") from None
        self.looking.nothing_leaked(name for name, _ in TEAM)

    def _staff(self, duty: dict[str, Any]) -> None:
        for name, role in TEAM:
            self.house.hire(name, role)
        for name in duty.get("here", ()):
            self.house.on_duty(name, duty.get("hours", 24))
        for name in duty.get("backup", ()):
            self.house.on_duty(name, duty.get("hours", 24), backup=True)
        for name, hours in duty.get("next_in", {}).items():
            self.house.on_duty(name, starts_in=float(hours))

    async def _do(self, step: dict[str, Any]) -> None:
        heard = await self._act(step)
        self.looking.check(step, heard)
        must(not step, f"unknown fields: {sorted(step)}")

    async def _act(self, step: dict[str, Any]) -> list[Line]:
        young, more = self.young, self._understood(step)
        if "says" in step:
            return await young.says(step.pop("says"), **more)
        if "says_at_length" in step:
            long = step.pop("says_at_length")
            return await young.says(" ".join([*[long["words"]] * long["times"], long["then"]]))
        if "edits" in step:
            return await young.edits(step.pop("edits"), **more)
        if "taps" in step:
            label = step.pop("taps")
            shown = young.buttons()
            must(label in shown, f"no button {label!r} under the last message; there are {shown}")
            return await young.taps(label)
        if "sends" in step:
            caption = step.pop("caption", "")
            return await young.sends(step.pop("sends"), caption, **more)
        for name in ("taps_again", "taps_twice", "says_at_once", "commands"):
            if name in step:
                act = young.taps if name == "taps_again" else getattr(young, name)
                said: list[Line] = await act(step.pop(name))
                return said
        if step.pop("starts", False):
            return await young.starts()
        if "wait" in step:
            return await self._wait(step.pop("wait"))
        return self._staff_act(step)

    def _understood(self, step: dict[str, Any]) -> dict[str, Any]:
        """What the intent service is to answer; nothing where the step names no topic."""
        topic, risk, more = step.pop("topic", None), step.pop("risk", None), step.pop("scores", {})
        if risk:
            topic, more = topic or "out_of_scope", {"confidence": 0.2 if topic is None else 0.95, **scores_for(risk)}
        must(topic or not more, "scores need a topic")
        return {"topic": topic, **more} if topic else {}

    async def _wait(self, time: str) -> list[Line]:
        found = given(re.fullmatch(r"([\d.]+)([smhd])", time), f"a time is written like 10m or 2h, not {time!r}")
        await self.house.wait(**{UNITS[found[2]]: float(found[1])})
        return self.young.hears()

    def _staff_act(self, step: dict[str, Any]) -> list[Line]:
        refused, held = step.pop("cannot", False), step.pop("held", False)
        try:
            self._staff_does(step)
        except NotPossible as error:
            must(refused, f"this was refused: {error}")
        except Held:
            must(held, "this was held back")
        else:
            must(not refused, "this should have been refused")
            must(not held, "this should have been held back")
        return self.young.hears()

    def _staff_does(self, step: dict[str, Any]) -> None:
        case = self.young.case()
        case_id = case.id if case else ""
        if endings.act(self.house, step, case_id) or hand_overs.act(self.house, step, case_id):
            return
        if "picks_up" in step:
            self.house.pick_up(step.pop("picks_up"), case_id)
        elif "worker" in step:
            self.house.worker_says(step.pop("worker"), case_id, step.pop("writes"), step.pop("anyway", False))
        elif "closes" in step:
            self.house.close(step.pop("closes"), case_id, step.pop("outcome", "guidance_given"))
        elif "hands_back" in step:
            self.house.hand_back(step.pop("hands_back"), case_id)
        elif "made_the_call" in step:
            self.house.made_the_call(step.pop("made_the_call"), case_id)
        elif "leaves_the_rota" in step:
            self.house.leaves_the_rota(step.pop("leaves_the_rota"))


def _act_of(step: dict[str, Any]) -> str:
    """What is done in a step, as its first line says it."""
    return next((f"{name}: {value}" for name, value in step.items()), "nothing")
