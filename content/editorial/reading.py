"""Reading one YAML file into its schema, with errors that say which file, which line and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

E = TypeVar("E", bound=BaseModel)


class ContentError(Exception):
    """A content file cannot be used. One problem a line: `file:line: what is wrong; what to do`."""


def read_file(path: Path, kind: type[E]) -> E:
    """Read `path` as a `kind`. Raises `ContentError`."""
    data, lines = read_yaml(path)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = [f"{path}:{_line(lines, problem['loc'])}: {_say(problem)}" for problem in error.errors()]
        raise ContentError("\n".join(problems)) from None


def read_yaml(path: Path) -> tuple[Any, dict[tuple[Any, ...], int]]:
    """The data in a YAML file, and the line of each key and item by its path. Raises `ContentError`."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"{path}:{line}: this is not valid YAML ({error.problem}); check indents, quotes and colons here") from None
    except (UnicodeDecodeError, OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path}:1: the file cannot be read ({error}); save it as UTF-8 text") from None
    lines: dict[tuple[Any, ...], int] = {}
    if node is not None:
        _note_lines(node, (), lines)
    return data, lines


def _note_lines(node: yaml.Node, path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines)


def _line(lines: dict[tuple[Any, ...], int], place: tuple[Any, ...]) -> int:
    for end in range(len(place), -1, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return 1


def _say(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"{name} is not a known field; check its spelling, or take it out"
    if problem["type"] == "missing":
        return f"{name} is missing; add it"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}; correct it"
