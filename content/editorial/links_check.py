"""Does every button lead somewhere?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from content.editorial.problems import Problem
from content.editorial.schema import Button
from content.editorial.shelf import Shelf, Turn


def link_problems(shelf: Shelf, actions: Collection[str] | None) -> Iterator[Problem]:
    """Buttons that lead nowhere. `actions` are what `do:` may name; `None`: not checked."""
    known = None if actions is None else frozenset(action.removeprefix("do:") for action in actions)
    steps = {script.path: set(script.entry.steps) for script in shelf.scripts}
    scripts = {script.entry.topic for script in shelf.scripts}
    for turn in shelf.turns():
        for button in turn.buttons:
            kind, _, name = button.go.partition(":")
            if kind == "topic" and name:
                yield from _to_topic(shelf, turn, button, name, scripts)
            elif kind == "do" and name:
                if known is not None and name not in known:
                    yield turn.problem(f"“{button.label}” asks for {button.go!r}, which the program can't do", "use a known action")
            elif button.go not in steps.get(turn.path, set()):
                yield turn.problem(f"“{button.label}” goes to {button.go!r}, which is no step here", "name a step, topic:… or do:…")


def _to_topic(shelf: Shelf, turn: Turn, button: Button, name: str, scripts: set[str]) -> Iterator[Problem]:
    if name not in shelf.taxonomy.theme_of:
        yield turn.problem(f"“{button.label}” goes to the topic {name!r}, which does not exist", "use an id of taxonomy.yml")
    elif name not in scripts:
        yield turn.warning(f"“{button.label}” goes to {name}, which has no script yet", "write one, or go elsewhere")
