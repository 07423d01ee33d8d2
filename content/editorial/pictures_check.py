"""Is every picture there, small and safe, and is every one shown somewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from content.editorial.pictures import FOLDER, read_picture
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError
from content.editorial.shelf import Shelf


def picture_problems(shelf: Shelf) -> Iterator[Problem]:
    """Pictures that a script names and that are missing, and files that may not be shown or that no script shows."""
    files = {path.name: path for path in sorted((shelf.folder / FOLDER).glob("*"))}
    shown = set()
    for script in shelf.scripts:
        for name, step in script.entry.steps.items():
            if step.picture:
                shown.add(step.picture.file)
                if step.picture.file not in files:
                    what = f"there is no picture {step.picture.file!r}"
                    yield script.problem(what, f"put it into {FOLDER}/, or choose one that is there", "steps", name, "picture")
    for name, path in files.items():
        yield from _unfit(path)
        if name not in shown:
            yield Problem(path, 1, "no script shows this picture", "name it in a step, or delete it", "warning")


def _unfit(path: Path) -> list[Problem]:
    try:
        read_picture(path)
    except ContentError as error:
        return from_error(error)
    return []
