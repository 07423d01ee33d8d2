"""Reading one YAML file into its schema, with errors that say which file, which line and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

E = TypeVar("E", bound=BaseModel)

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MEANT = {
    "tag:yaml.org,2002:bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "tag:yaml.org,2002:int": (r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
}


class _Loader(_SAFE):  # type: ignore[misc]
    """YAML as editors mean it: the words `No` and `on`, the age band 18_25 and the time 09:30 stay words."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own way of setting it)
        first: [(tag, regexp) for tag, regexp in resolvers if tag not in _MEANT]
        for first, resolvers in _SAFE.yaml_implicit_resolvers.items()
    }


for _tag, (_pattern, _first) in _MEANT.items():
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def _day(loader: Any, node: yaml.Node) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, f"there is no such day or time: {error}", node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


class ContentError(Exception):
    """A content file cannot be used. One problem a line: `file:line: what is wrong; what to do`."""


class _Twice(Exception):
    """A key that stands twice in the same place."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def read_file(path: Path, kind: type[E]) -> E:
    """Read `path` as a `kind`. Raises `ContentError`."""
    data, lines = read_yaml(path)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = [f"{path}:{line_of(lines, problem['loc'])}: {_say(problem)}" for problem in causes(error.errors())]
        raise ContentError("\n".join(problems)) from None


def own_files(folder: Path, pattern: str) -> list[Path]:
    """The files that fit a pattern and are not in another language: `consent.yml`, but not `consent.pl.yml`."""
    return [path for path in sorted(folder.glob(pattern)) if "." not in path.stem]


def read_yaml(path: Path) -> tuple[Any, dict[tuple[Any, ...], int]]:
    """The data in a YAML file, and the line of each key and item by its path; both are shared and stay as they are. Raises `ContentError`."""
    try:
        return _understood(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"{path}:{line}: this is not valid YAML ({error.problem}); check indents, quotes and colons here") from None
    except (UnicodeDecodeError, OSError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ContentError(f"{path}:1: the file cannot be read ({reason}); save it as UTF-8 text") from None
    except _Twice as error:
        raise ContentError(
            f"{path}:{error.line}: {error.key!r} is there twice, and only one would count; rename one or take it out"
        ) from None
    except RecursionError:
        raise ContentError(f"{path}:1: something in this file contains itself; write it out instead of using & and *") from None


@lru_cache(maxsize=1000)
def _understood(text: str) -> tuple[Any, dict[tuple[Any, ...], int]]:
    # Cached, since one changed file of an edition should not cost the reading of all others.
    node, data = yaml.compose(text, Loader=_Loader), parsed(text)
    lines: dict[tuple[Any, ...], int] = {}
    if node is not None:
        _note_lines(node, (), lines)
    return data, lines


def _note_lines(node: yaml.Node, path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if (*path, key.value) in lines:
                raise _Twice(key.value, key.start_mark.line + 1)
            _note_lines(value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines)


def parsed(text: str) -> Any:
    """The data in a YAML text, as the files are read. Raises `yaml.YAMLError`."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


def line_of(lines: Mapping[tuple[Any, ...], int], place: tuple[Any, ...]) -> int:
    """The line of a key, or of the nearest one above it; 1 where there is none."""
    for end in range(len(place), -1, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return 1


def causes(problems: Sequence[Any]) -> list[Any]:
    """The errors of a schema without what only follows from another: a list seems too short where an item in it is wrong."""
    inside = {problem["loc"][:end] for problem in problems for end in range(len(problem["loc"]))}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in inside]


def _say(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"{name} is not a known field; check its spelling, or take it out"
    if problem["type"] == "missing":
        return f"{name} is missing; add it"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}; correct it"
