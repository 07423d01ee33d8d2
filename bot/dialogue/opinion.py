"""What a young person thought of a script: two buttons at its natural end, if they like, and never where anything weighs on them.

Only how many said what is kept, by script, version and language; not who. Nobody is asked for words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import timedelta

from bot.dialogue.scene import Scene
from bot.dialogue.state import Asking
from content.editorial.library import Library
from content.editorial.schema import Script, Step
from content.editorial.shelf import variants
from nlu.understanding import Level

EVERY = timedelta(days=14)
"""Somebody who is troubled reads several topics within some days. They are asked in one of them, and not soon again."""

AFTER_HELP = timedelta(days=1)
"""For so long after a step or a list that points to people who help nobody is asked: they may be in the middle of it."""

AFTER_A_CASE = timedelta(days=30)

NOT_ABOUT = ("conversation", "exploitation_and_harm")
"""Themes after which nobody is asked: talk about the talk itself, and what is read by those to whom harm is done."""

LONGEST = 40
"""Characters in the name of a count."""

OPTIONAL = (None, "age", "area")
"""Questions that many leave open; nothing is wrong where they do."""

USEFUL, NOT_USEFUL = "yes", "no"
HELPERS = frozenset({"do:talk", "do:helplines", "do:emergency", "do:plan", "do:concern"})


def question(scene: Scene, script: Script, name: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The question and its buttons, to be said with this step; nothing where it is not asked."""
    file = file_of(scene, script)
    if not (_fits(scene, script, name) and _calm(scene) and _not_lately(scene, script.topic)) or file is None:
        return (), ()
    state = scene.state
    state.opinions_asked = [*state.opinions_asked, script.topic]
    state.asking = Asking(file=file, turn=state.turn, at=scene.turn.now)
    return scene.words("conversation.opinion_ask"), scene.buttons(scene.service.library.message("conversation.opinion_ask").buttons)


def answered(scene: Scene, turn: str, name: str) -> bool:
    """Whether this button answers the question that is open. What they think of it is counted, and their tap is not kept."""
    asking = scene.state.asking
    if name not in ANSWERS or asking is None or not asking.open or turn != str(asking.turn) or scene.turn.case is not None:
        return False
    asking.open = False
    scene.aside = scene.forget = True
    scene.noted.append(("useful", f"{asking.file}/{ANSWERS[name]}"))
    return True


def words_came(scene: Scene, level: Level) -> None:
    """Whoever writes instead has answered enough; where it is a worry or graver, nobody asks in this conversation again."""
    if scene.state.asking is not None:
        scene.state.asking.open = False
    if level >= Level.WORRY:
        scene.state.risk_noticed = True


def points_to_help(step: Step) -> bool:
    """Whether a step names people who help, or 999: what is read then is not for judging."""
    said = (text for bubbles in variants(step).values() for text in bubbles)
    return step.piece == "where_to_get_help" or any(one.go in HELPERS for one in step.buttons) or any("999" in text for text in said)


def is_asked_about(library: Library, script: Script) -> bool:
    """Whether anybody may be asked of it at all: it has a natural end, and is neither about harm nor about the talk itself."""
    return _may_be_asked_about(library, script) and any(is_end(script, name) for name in script.steps)


def is_end(script: Script, name: str) -> bool:
    """Whether a script comes to its natural end in this step: it leads no further into the script, and lets go with "Something else"."""
    step, far = script.steps[name], _far(script)
    if name not in far or name == "start" or points_to_help(step):
        return False
    further = any(far.get(button.go, 0) > far[name] for button in step.buttons)
    return not further and any(button.go == "do:menu" for button in step.buttons)


def file_of(scene: Scene, script: Script) -> str | None:
    """The file that is read and its version, `sleep.pl/3`; `None` where they read one that was replaced, or it cannot be counted."""
    library = scene.service.library
    if library.scripts.get(script.topic) is not script:
        return None
    translated = library.original is not None and library.original.scripts.get(script.topic) is not script
    name = f"{script.topic}.{library.language}" if translated else script.topic
    file = f"{name}/{scene.service.versions.get(name, 0)}"
    return file if len(f"{file}/{USEFUL}") <= LONGEST else None


def _fits(scene: Scene, script: Script, name: str) -> bool:
    """Whether this is the end of something that may be asked about at all, for somebody who did nothing else in this turn."""
    return len(scene.turn.heard) == 1 and is_end(script, name) and _may_be_asked_about(scene.service.library, script)


def _may_be_asked_about(library: Library, script: Script) -> bool:
    theme = next((theme for theme, topics in library.themes.items() if script.topic in topics), NOT_ABOUT[0])
    of_harm = {crisis.guidance for crisis in library.crisis.values()}
    return theme not in NOT_ABOUT and script.topic not in of_harm


def _calm(scene: Scene) -> bool:
    """Whether nothing weighs on this conversation: no risk noticed, no crisis words, no offer, no adult, nothing else open."""
    state, turn, ended = scene.state, scene.turn, scene.turn.ended
    noticed = state.risk_noticed or state.private_matter or state.suicide_asked or state.last_check_in or state.offer or any(state.signs)
    waits = state.question not in OPTIONAL or state.behind_carry_on or state.concern or state.call or scene.person.kept_back
    adult = turn.case or (ended and (ended.asked or ended.check_in_to_come))
    lately = turn.case_ended is not None and turn.now - turn.case_ended < AFTER_A_CASE
    helped = state.helpers_shown is not None and turn.now - state.helpers_shown < AFTER_HELP
    return not (noticed or waits or adult or lately or helped)


def _not_lately(scene: Scene, topic: str) -> bool:
    last = scene.state.asking
    return topic not in scene.state.opinions_asked and (last is None or scene.turn.now - last.at >= EVERY)


def _far(script: Script) -> Mapping[str, int]:
    """How many taps each step is from the beginning; those to which no button leads are left out."""
    far, ahead = {"start": 0}, deque(["start"])
    while ahead:
        name = ahead.popleft()
        for button in script.steps[name].buttons:
            if button.go in script.steps and button.go not in far:
                far[button.go] = far[name] + 1
                ahead.append(button.go)
    return far


ANSWERS = {"useful_yes": USEFUL, "useful_no": NOT_USEFUL}
"""The buttons of the question, and how each is counted."""
