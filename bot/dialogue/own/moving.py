"""Carrying on in another app: a code that they choose to ask for, and write there within minutes."""

from __future__ import annotations

from bot.dialogue.events import MoveAsked
from bot.dialogue.scene import Scene


def begin(scene: Scene) -> None:
    """Say what the code does, before there is one that others could see."""
    scene.aside = True
    scene.ask("move", "apps.move_ask")


def yes(scene: Scene) -> None:
    """The yes to a code."""
    scene.state.question, scene.aside = None, True
    scene.did(MoveAsked(", ".join(_places(scene))))


def no(scene: Scene) -> None:
    """The no to a code."""
    scene.state.question, scene.aside = None, True
    scene.speak("apps.move_not")


def _places(scene: Scene) -> list[str]:
    """Where else they can write to the bot; not in an app that is not for their age."""
    others = [app for app in scene.service.apps.values() if app.public and app != scene.app]
    band = scene.person.age_band
    fitting = [app for app in others if band == "unknown" or not app.is_too_young(band)]
    return [scene.service.web_chat if app.own_page else _named(app.title, app.minimum_age) for app in fitting]


def _named(title: str, minimum_age: int | None) -> str:
    return f"{title} ({minimum_age}+)" if minimum_age else title
