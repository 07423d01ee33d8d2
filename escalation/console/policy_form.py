"""A policy as a form, made from its own schema: what has a title there can be changed here. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from content.editorial.opening import DAYS
from content.editorial.opening import Hours as OpeningHours
from content.editorial.reading import causes, parsed
from content.editorial.rewriting import Place, rewrite
from escalation.console import policy_values
from escalation.console.labels import LEVELS, plain

_LIMITS = (annotated_types.Ge, annotated_types.Gt, annotated_types.Le)
WEEK, HOLIDAYS, CLOSURES = "week", "bank_holidays", "closures"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that can be changed. `group` is the heading it stands under, `row` what it belongs to there.

    `value` is how it is typed, `means` a sentence on what a value does, with `{value}` in it.
    """

    place: Place
    group: str
    about: str
    row: str
    label: str
    hint: str
    kind: str
    value: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    means: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return ".".join(map(str, self.place))


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that is to be another."""

    setting: Setting
    value: str

    @property
    def what(self) -> str:
        """What is changed, from what to what."""
        where = ": ".join(filter(None, (self.setting.group, self.setting.row, self.setting.label)))
        return f"{where}, {self.setting.value or 'empty'} → {self.value or 'empty'}"

    @property
    def means(self) -> str:
        """What this means, where there is a sentence for it."""
        value = float(self.value) if self.setting.kind == "number" and ":" in self.setting.means else self.value.replace(", ", " or ")
        said = self.setting.means.format(value=value)
        return f"{self.setting.row}: {said[0].lower()}{said[1:]}" if said and self.setting.row else said


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of a form: the text of the file, what is changed in it, and what is wrong by field (`""`: with all of it)."""

    text: str
    changes: tuple[Changed, ...]
    wrong: Mapping[str, str]

    @property
    def mark(self) -> str:
        """Tells this text from any other, so that only what was looked at is put in force."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def settings_of(policy: BaseModel) -> list[Setting]:
    """Everything of a policy that can be changed, in its order."""
    found: list[Setting] = []
    for name, info in type(policy).model_fields.items():
        if info.title and name in policy.model_fields_set:
            value = getattr(policy, name)
            group = Setting((name,), info.title, info.description or "", "", info.title, "", "", "")
            if not _has_parts(value):
                group = replace(group, group="More" if isinstance(value, int | float | str) else info.title)
            found += _of(value, info, group)
    return found


def edit(text: str, kind: type[BaseModel], typed: Mapping[str, str]) -> Edited:
    """`text`, a file of this kind, with what was typed in the place of what is there."""
    settings = settings_of(kind.model_validate(parsed(text)))
    changes = [Changed(one, given) for one in settings if (given := _tidy(typed.get(one.name, one.value), one)) != one.value]
    values, wrong = _read(settings, changes)
    fresh = rewrite(text, values)
    if not wrong:
        try:
            kind.model_validate(parsed(fresh))
        except ValidationError as error:
            wrong = {_field(settings, problem["loc"]): _say(problem) for problem in reversed(causes(error.errors()))}
    return Edited(fresh, tuple(changes), wrong)


def _of(value: Any, info: FieldInfo, here: Setting) -> Iterator[Setting]:
    """The settings in one value."""
    if value is None and date not in get_args(info.annotation):
        return
    if isinstance(value, BaseModel) and _has_parts(value):
        for name, inner in type(value).model_fields.items():
            if inner.title and name in value.model_fields_set:
                yield from _of(getattr(value, name), inner, _inside(here, name, inner, getattr(value, name)))
    elif here.place[-1] == WEEK:
        for day in ("every_day", *DAYS):
            hours, hint = policy_values.stretches_shown(value.get(day)), here.hint if day == "every_day" else ""
            yield replace(here, place=(*here.place, day), label=plain(day), hint=hint, kind="stretches", value=hours)
    elif isinstance(value, dict):
        for key, inner_value in value.items():
            label = LEVELS.get(key, plain(key))
            below = replace(here, place=(*here.place, key), row=label, label=here.label if _has_parts(inner_value) else "Minutes")
            yield from _of(inner_value, info, below)
    elif _has_parts(value):
        for number, part in enumerate(value):
            yield from _of(part, info, replace(here, place=(*here.place, number), row=_joined(here.row, _called(part))))
    else:
        yield _leaf(value, info, here)


def _inside(here: Setting, name: str, info: FieldInfo, value: Any) -> Setting:
    """A field of what `here` is; one that has fields itself is a row."""
    title = info.title or ""
    row = _joined(here.row, title) if _has_parts(value) else here.row
    return replace(here, place=(*here.place, name), row=row, label=title, hint=info.description or "")


def _leaf(value: Any, info: FieldInfo, here: Setting) -> Setting:
    least, most = _limits(info)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    holidays = here.place[-1] == HOLIDAYS
    return replace(
        here,
        kind="stretches" if holidays else _kind(value, info, here.place),
        value=policy_values.stretches_shown(value) if holidays else policy_values.shown(value),
        hint=here.hint or (info.description or "" if len(here.place) == 1 else ""),
        least=least,
        most=most,
        choices=tuple(map(str, get_args(info.annotation))) if get_origin(info.annotation) is Literal else (),
        means=str(extra.get("means", "")),
    )


def _kind(value: Any, info: FieldInfo, place: Place) -> str:
    if get_origin(info.annotation) is Literal:
        return "choice"
    if place[-1] == CLOSURES:
        return "lines"
    if isinstance(value, tuple):
        return "numbers" if all(isinstance(one, int | float) for one in value) else "words"
    if isinstance(value, date) or date in get_args(info.annotation):
        return "date"
    return "number" if isinstance(value, int | float) else "line"


def _has_parts(value: Any) -> bool:
    """Whether something in it has fields of its own in the form."""
    if isinstance(value, dict | tuple):
        return any(_has_parts(one) for one in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, BaseModel) and any(info.title for info in type(value).model_fields.values())


def _called(part: Any) -> str:
    if not isinstance(part, OpeningHours):
        return str(part)
    areas = ", ".join(plain(area) for area in part.areas) or "everywhere"
    return f"From {LEVELS[part.level].lower()} up, {areas}"


def _joined(*rows: str) -> str:
    return ": ".join(filter(None, rows))


def _limits(info: FieldInfo) -> tuple[float | None, float | None]:
    limits: dict[str, Any] = {name: value for one in info.metadata if isinstance(one, _LIMITS) for name, value in asdict(one).items()}
    return limits.get("ge", limits.get("gt")), limits.get("le")


def _tidy(typed: str, setting: Setting) -> str:
    """Without control characters and needless spaces, so that a value that stays the same is the same."""
    lines = [" ".join("".join(letter for letter in line if letter.isprintable()).split()) for line in typed.splitlines()]
    return "\n".join(lines) if setting.kind == "lines" else " ".join(lines)


def _read(settings: list[Setting], changes: list[Changed]) -> tuple[dict[Place, Any], dict[str, str]]:
    """The new values by place, and what cannot be read by field. The days of a week are one value."""
    values: dict[Place, Any] = {}
    wrong: dict[str, str] = {}
    for change in changes:
        setting = change.setting
        try:
            value = policy_values.READ[setting.kind](change.value)
        except ValueError as error:
            wrong[setting.name] = str(error)
            continue
        if WEEK in setting.place:
            week = setting.place[: setting.place.index(WEEK) + 1]
            values.setdefault(week, _week(settings, week))[setting.place[-1]] = value
        else:
            values[setting.place] = "as_usual" if value is None else value
    return {place: _without_usual(value) for place, value in values.items()}, wrong


def _week(settings: list[Setting], week: Place) -> dict[Any, Any]:
    return {one.place[-1]: policy_values.stretches(one.value) for one in settings if one.place[:-1] == week}


def _without_usual(value: Any) -> Any:
    return {day: hours for day, hours in value.items() if hours is not None} if isinstance(value, dict) else value


def _field(settings: list[Setting], loc: tuple[Any, ...]) -> str:
    """The field that an error is about, or the first of those that it is about together."""
    for setting in settings:
        shared = min(len(setting.place), len(loc))
        if shared and setting.place[:shared] == loc[:shared]:
            return setting.name
    return ""


def _say(problem: Any) -> str:
    limits = problem.get("ctx", {})
    said = {
        "greater_than": "write more than {gt:g}",
        "greater_than_equal": "write {ge:g} or more",
        "less_than_equal": "write {le:g} or less",
        "int_from_float": "write a whole number",
        "too_short": "write {min_length} or more",
        "too_long": "write {max_length} at most",
    }.get(problem["type"])
    return said.format(**limits) if said else str(problem["msg"]).removeprefix("Value error, ")
