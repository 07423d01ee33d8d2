"""The content check, with what only the program knows: which actions buttons may name, and which messages it says itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from bot.desk.panel.words import WORDS as PANEL_WORDS
from bot.dialogue.adult import agreement
from bot.dialogue.presses import known_actions
from bot.policy_check import policy_problems
from bot.settings import ROOT
from content.editorial.check import check
from content.editorial.library import CONTENT
from content.editorial.problems import Problem
from content.editorial.schema import AREAS
from escalation.alerts import ON_THE_PHONE
from escalation.ending import closing
from escalation.ending.ended import QUESTIONS
from escalation.phone.sharing import CHOOSING
from escalation.relay import OUTCOMES
from escalation.sharing import offers
from escalation.work import debriefs
from nlu.understanding import Level

_NAMED = re.compile(
    r'(?<!_own\()"((?:conversation|consent|emergency|hand_over|staff|ending|own_view|call_back|code_word|concern)\.(?!yml")[a-z_0-9]+)"'
)


def problems(folder: Path = CONTENT, *, trained: bool = True) -> list[Problem]:
    """Everything that is wrong with the content below `folder`; without `trained`, the messages to train with are not looked at."""
    words = check(folder, today=datetime.now(UTC).date(), actions=actions(), needed=needed(), trained=trained)
    return sorted({*words, *policy_problems(folder)})


def actions() -> frozenset[str]:
    """What a button's `do:` may name."""
    of_staff = {f"outcome:{outcome}" for outcome in OUTCOMES} | {f"debrief:{said}" for said in debriefs.ANSWERS}
    of_colleagues = {f"{kind}_{answer}" for kind in offers.KINDS for answer in ("can", "cannot")}
    by_phone = {go.removeprefix("do:") for go in ON_THE_PHONE}
    return known_actions() | {f"area_{area}" for area in AREAS} | of_staff | of_colleagues | by_phone


def needed() -> frozenset[str]:
    """The messages that the program says by itself: those its source names, and those whose names it puts together."""
    files = [path for room in ("bot", "escalation") for path in (ROOT / room).rglob("*.py") if "record" not in path.relative_to(ROOT).parts]
    sources = [path.read_text(encoding="utf-8") for path in files]
    named = {id for source in sources for id in _NAMED.findall(source)}
    by_level = {f"staff.urgency_{level.id}" for level in Level}
    by_feeling = {f"hand_over.feedback_{feeling}" for feeling in ("good", "same", "bad")}
    with_nobody = {f"{id}_nobody" for id in agreement.CONFIRM.values()}
    at_the_end = {f"ending.feedback_{about}" for about in QUESTIONS} | {f"staff.debrief_{said}" for said in debriefs.ANSWERS}
    at_the_end |= {f"ending.line_{what}" for what in ("kept", "left_out")} | {f"staff.plan_line_{what}" for what in closing.ANSWERS}
    at_the_end |= {f"staff.check_in_{what}" for what in ("quiet", "unreached", "unapproved")}
    with_colleagues = {f"staff.{kind}_{what}" for kind in offers.KINDS for what in ("offered", "taken_up", "nobody")}
    with_colleagues |= {f"staff.transfer_{how}" for how in ("refused", "dropped")} | {f"staff.{which}_whom" for which in CHOOSING}
    of_the_panel = {f"panel.{name}" for name in PANEL_WORDS}
    return frozenset(named | of_the_panel | with_colleagues | at_the_end | by_level | by_feeling | with_nobody)
