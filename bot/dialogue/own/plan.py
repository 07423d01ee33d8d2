"""A safety plan that a young person fills in by tapping and typing. It is theirs: nobody else is shown it.

What they type into it is read for risk first, like everything else.
"""

from __future__ import annotations

from bot.dialogue import guidance
from bot.dialogue.scene import Scene
from bot.dialogue.state import PlanLine

PARTS = ("signs", "calm", "around", "ask", "safer")
PICK = "plan_pick_"
MOST_LINES = 5
"""Lines in one part: a plan has to be short to be of use."""
MOST_CHARACTERS = 120
HARD_MOMENTS = "low_mood"
"""The topic whose helplines fit a safety plan."""


def begin(scene: Scene) -> None:
    """Say what a plan is; one that is there already is shown."""
    if scene.state.plan:
        show(scene)
    else:
        scene.speak("plan.intro")


def next_part(scene: Scene) -> None:
    """Ask for the next part, the first one if none is open; after the last the plan is shown."""
    scene.state.private_matter = True
    open_now = scene.state.plan_part if scene.state.question == "plan" else None
    place = PARTS.index(open_now) + 1 if open_now in PARTS else 0
    if place == len(PARTS):
        show(scene)
        return
    scene.state.plan_part = PARTS[place]
    scene.ask("plan", f"plan.part_{PARTS[place]}")


def pick(scene: Scene, number: str) -> None:
    """Put the label of the tapped button into the part that is open."""
    part = scene.state.plan_part
    if scene.state.question != "plan" or part is None:
        begin(scene)
        return
    buttons = scene.service.library.message(f"plan.part_{part}").buttons
    _add(scene, next((button.label for button in buttons if button.go == f"do:{PICK}{number}"), ""))


def written(scene: Scene, text: str) -> None:
    """Put what they typed into the part that is open."""
    _add(scene, " ".join(text.split())[:MOST_CHARACTERS])


def skip(scene: Scene) -> None:
    """Nothing comes to mind: the part may stay empty."""
    scene.ask("plan", "plan.skipped")


def show(scene: Scene) -> None:
    """The plan as one text that can be copied, with who is there at any hour."""
    scene.state.question = None
    if not scene.state.plan:
        scene.speak("plan.empty")
        return
    parts = [_part(scene, part) for part in PARTS if any(line.part == part for line in scene.state.plan)]
    scene.say(("\n\n".join(parts), guidance.open_now(scene, HARD_MOMENTS)))
    scene.speak("plan.shown")


def delete(scene: Scene) -> None:
    """Forget the plan at once."""
    scene.state.plan, scene.state.plan_part, scene.state.question = [], None, None
    scene.speak("plan.deleted")


def _part(scene: Scene, part: str) -> str:
    lines = [f"- {line.words}" for line in scene.state.plan if line.part == part]
    return "\n".join((*scene.words(f"plan.heading_{part}"), *lines))


def _add(scene: Scene, words: str) -> None:
    part = scene.state.plan_part or PARTS[0]
    there = [line for line in scene.state.plan if line.part == part]
    if words and words not in [line.words for line in there]:
        dropped = there[0] if len(there) >= MOST_LINES else None
        scene.state.plan = [line for line in scene.state.plan if line is not dropped] + [PlanLine(part=part, words=words)]
    scene.ask("plan", "plan.noted", added=words)
