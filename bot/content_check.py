"""The content check, with what only the program knows: which actions buttons may name, and which messages it says itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from bot.dialogue.adult import agreement
from bot.dialogue.presses import known_actions
from bot.settings import ROOT
from content.editorial.check import check
from content.editorial.library import CONTENT
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, read_file
from content.editorial.schema import AREAS
from escalation.ending import closing
from escalation.ending.ended import QUESTIONS
from escalation.ending.ending_policy import EndingPolicy
from escalation.relay import OUTCOMES
from escalation.work import debriefs, staff_policy
from nlu.understanding import Level

_NAMED = re.compile(
    r'(?<!_own\()"((?:conversation|consent|emergency|hand_over|staff|ending|own_view|call_back|code_word|concern)\.(?!yml")[a-z_0-9]+)"'
)


def problems(folder: Path = CONTENT) -> list[Problem]:
    """Everything that is wrong with the content below `folder`."""
    return check(folder, today=datetime.now(UTC).date(), actions=actions(), needed=needed()) + _policies(folder)


def _policies(folder: Path) -> list[Problem]:
    found: list[Problem] = []
    for read in (lambda: staff_policy.load(folder / "policy"), lambda: read_file(folder / "policy" / "closing.yml", EndingPolicy)):
        try:
            read()
        except ContentError as error:
            found += from_error(error)
    return found


def actions() -> frozenset[str]:
    """What a button's `do:` may name."""
    of_staff = {f"outcome:{outcome}" for outcome in OUTCOMES} | {f"debrief:{said}" for said in debriefs.ANSWERS}
    return known_actions() | {f"area_{area}" for area in AREAS} | of_staff


def needed() -> frozenset[str]:
    """The messages that the program says by itself: those its source names, and those whose names it puts together."""
    files = [path for room in ("bot", "escalation") for path in (ROOT / room).rglob("*.py") if "record" not in path.relative_to(ROOT).parts]
    sources = [path.read_text(encoding="utf-8") for path in files]
    named = {id for source in sources for id in _NAMED.findall(source)}
    by_level = {f"staff.urgency_{level.id}" for level in Level}
    by_feeling = {f"hand_over.feedback_{feeling}" for feeling in ("good", "same", "bad")}
    with_nobody = {f"{id}_nobody" for id in agreement.CONFIRM.values()}
    told = {f"hand_over.{name}" for name in told_while_waiting()}
    at_the_end = {f"closing.feedback_{about}" for about in QUESTIONS} | {f"staff.debrief_{said}" for said in debriefs.ANSWERS}
    at_the_end |= {f"closing.line_{what}" for what in ("kept", "left_out")} | {f"staff.plan_line_{what}" for what in closing.ANSWERS}
    at_the_end |= {f"staff.check_in_{what}" for what in ("quiet", "unreached")}
    return frozenset(named | at_the_end | by_level | by_feeling | with_nobody | told)


def told_while_waiting() -> frozenset[str]:
    """The messages that the policy on escalation tells young people."""
    text = (CONTENT / "policy" / "escalation.yml").read_text(encoding="utf-8")
    return frozenset(re.findall(r"tell: ([a-z_]+)}", text))
