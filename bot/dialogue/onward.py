"""How it goes on after guidance, an offer or a no: with words about what was told, never with only a helpline and the menu."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz

from bot.dialogue import guidance
from bot.dialogue.scene import Scene
from content.editorial.schema import Script
from nlu.normalise import normalise

FRIEND = "worried_about_friend"
AS_GOOD_AS_THE_SAME = 85
"""How alike (0 to 100) what was typed and the label of a button have to be."""
LABELS = 4096
"""So many labels of buttons are kept as they are read; all editions and languages together have fewer."""


def about(scene: Scene) -> str | None:
    """The topic nearest to what an adult was offered for; none while it is kept from view (S77), or where nobody has named it."""
    offer = scene.state.offer
    crisis = scene.service.library.crisis.get(offer.categories[0]) if offer and offer.categories else None
    if crisis is None or offer is None or offer.summed or scene.state.behind_carry_on:
        return None
    return FRIEND if offer.subject == "other" else crisis.guidance


def speak(scene: Scene, id: str) -> None:
    """Say a message; its buttons begin with the guidance about what an adult was offered for."""
    script = scene.script(about(scene) or "")
    first = scene.own_buttons([(script.title, f"topic:{script.topic}")]) if script else ()
    scene.say(scene.words(id), (*first, *scene.buttons(scene.service.library.message(id).buttons)))


def with_ideas(scene: Scene, id: str, without: tuple[str, ...] = ()) -> None:
    """Say a message that asks what would help; where guidance is being read, going on with it is one of the ways.

    `without`: where its buttons lead that are of no use now.
    """
    buttons = scene.buttons(tuple(one for one in scene.service.library.message(id).buttons if one.go not in without))
    if scene.state.place and scene.script_begun(scene.state.place.topic):
        ideas = scene.own_buttons([(scene.words("conversation.ideas")[0], "do:ideas")])
        buttons = (*ideas, *(button for button in buttons if not button[1].endswith(":do:menu")))
    scene.say(scene.words(id), buttons)


def ideas(scene: Scene) -> None:
    """Go on with the guidance that a check-in came into."""
    place = scene.state.place
    if place is None or not guidance.go_on(scene, place, "conversation.menu_theme"):
        guidance.show_menu(scene)


def typed_label(scene: Scene, text: str, topic: str | None) -> str | None:
    """Where a button leads whose label was typed: of the step that is shown, of the first step of a topic, or of the menu."""
    typed = normalise(text).text
    near = [(fuzz.ratio(typed, _plain(label)), go) for label, go in _ways(scene, topic)]
    best = max(near, key=lambda one: one[0], default=(0, None))
    return best[1] if best[0] >= AS_GOOD_AS_THE_SAME else None


def reads_as(text: str, label: str) -> bool:
    """Whether what was typed is this label of a button."""
    return fuzz.ratio(normalise(text).text, _plain(label)) >= AS_GOOD_AS_THE_SAME


@lru_cache(LABELS)
def _plain(label: str) -> str:
    """A label as what is typed is read; the same few are compared with each message."""
    return normalise(label).text


def _ways(scene: Scene, topic: str | None) -> list[tuple[str, str]]:
    place = scene.state.place
    steps = [(scene.script_begun(place.topic), place.step)] if place else []
    steps += [(scene.script(one), "start") for one in (topic, about(scene)) if one]
    found = [button for script, step in steps if script for button in _buttons(script, step)]
    return [*found, *((button.label, button.go) for button in scene.service.library.message("conversation.menu").buttons)]


def _buttons(script: Script, name: str) -> list[tuple[str, str]]:
    step = script.steps.get(name)
    return [(button.label, button.go) for button in guidance.resolved(script, step)] if step else []
