"""The figures of a month as the console names and orders them: what the page, the report and the CSV files share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from content.editorial.library import Library
from escalation.console import labels
from escalation.context import Service
from escalation.insight import figures, settling
from escalation.insight.figures import HOURS, NOTHING_NEAR, Cells, Month
from escalation.insight.settling import BANDS, LONGER, NOBODY, NOT_SAID, NOT_WANTED
from escalation.record.store import Tx

TALK = "conversation"
"""The theme of greetings, thanks and the like, which is no guidance."""
MONTHS = 12
HELD_BACK = "held back"

_LEVELS = {"none": "No sign of harm: wanted to talk", **labels.LEVELS}
_HUMAN = {
    "within_5": "Within 5 minutes",
    "within_15": "5 to 15 minutes",
    "within_60": "15 minutes to an hour",
    LONGER: "More than an hour",
    NOBODY: "No adult came before it ended",
    NOT_WANTED: "Did not ask for an adult",
}
_TIMES = {f"{start:02}": f"{start:02}:00 to {start + HOURS:02}:00" for start in range(0, 24, HOURS)}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEFORE = {"bad": "Bad", "so_so": "So-so", "ok": "OK", NOT_SAID: "Did not say"}
_AFTER = {"bad": "Worse than before", "same": "About the same", "good": "Better than before", NOT_SAID: "Did not say"}
_RATED = {"yes": "Yes", "bit": "A bit", "no": "No", NOT_SAID: "Did not say"}
_PROMISE = {"kept": "Kept", "broken": "Broken"}


@dataclass(frozen=True, slots=True)
class Row:
    """One cell in words. `number` is `None` where it is held back."""

    label: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it counts (`of`: the unit), all of it, and its cells."""

    id: str
    title: str
    of: str
    total: int | None
    rows: tuple[Row, ...]

    @property
    def shown(self) -> list[Row]:
        return [row for row in self.rows if row.number is not None]

    @property
    def pairs(self) -> list[tuple[str, int | None]]:
        """What a chart draws."""
        return [(row.label, row.number) for row in self.shown]

    @property
    def held(self) -> int:
        """How many cells are held back."""
        return len(self.rows) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Trend:
    """One count over the months, the oldest first."""

    title: str
    numbers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Insight:
    """Everything that is told of one month, and of the months up to it."""

    month: date
    asked: tuple[Figure, ...]
    cases: tuple[Figure, ...]
    told: tuple[Figure, ...]
    months: tuple[date, ...]
    trends: tuple[Trend, ...]

    def along(self, trend: Trend) -> list[tuple[str, int | None]]:
        """A trend with the names of its months."""
        return [(f"{month:%b %Y}", number) for month, number in zip(self.months, trend.numbers, strict=True)]

    @property
    def figures(self) -> dict[str, Figure]:
        return {figure.id: figure for figure in (*self.asked, *self.cases, *self.told)}


def insight(tx: Tx, service: Service, month: date) -> Insight:
    """What is told of a month that is counted."""
    known = [one for one in settling.settled(tx) if one <= month][:MONTHS]
    story = figures.months(tx, cells(service.library), reversed(known))
    now, library = story[-1], service.library
    return Insight(
        month, _asked(library, now), _cases(library, now), _told(now), tuple(one.month for one in story), _trends(library, story)
    )


def cells(library: Library) -> Cells:
    """Which cells each figure has, by the guidance, the areas and the kinds of harm that are known."""
    return Cells(
        of={
            "weekday": tuple(str(day) for day in range(7)),
            "level": tuple(_LEVELS),
            "age": tuple(labels.AGES),
            "area": (*library.directories, NOT_SAID),
            "human": (*BANDS, LONGER, NOBODY, NOT_WANTED),
            "before": tuple(_BEFORE),
            "after": tuple(_AFTER),
            "listened": tuple(_RATED),
            "helped": tuple(_RATED),
            "again": tuple(_RATED),
            "promise": tuple(_PROMISE),
            "category": tuple(sorted(library.crisis)),
            "context": tuple(labels.CONTEXTS),
        },
        themes={theme: topics for theme, topics in library.themes.items() if theme != TALK},
    )


def csv_rows(told: Insight, id: str) -> list[list[str]] | None:
    """The table of one figure, or of the `trends`; `None` where there is no such figure."""
    if id == "trends":
        head = ["month", *(trend.title for trend in told.trends)]
        lines = zip(told.months, *(trend.numbers for trend in told.trends), strict=True)
        return [head, *([f"{month:%Y-%m}", *map(_number, numbers)] for month, *numbers in lines)]
    figure = told.figures.get(id)
    if figure is None:
        return None
    return [[figure.title, figure.of], *([row.label, _number(row.number)] for row in figure.rows), ["Together", _number(figure.total)]]


def _asked(library: Library, month: Month) -> tuple[Figure, ...]:
    titles = {script.topic: script.title for script in library.scripts.values()}
    topics = [Row(titles.get(t, labels.plain(t)), n) for theme in month.themes for t, n in month.figures[f"topic:{theme}"].cells.items()]
    nearest = titles | {NOTHING_NEAR: "Nothing is near"}
    return (
        _figure(month, "theme", "Themes", "times guidance was opened", most_first=True),
        Figure("topic", "Topics", "times guidance was opened", month.figures["theme"].total, _most_first(topics)),
        _figure(month, "unanswered", "Not answered, by the nearest topic", "messages", nearest, most_first=True),
        _figure(month, "hour", "Time of day", "messages and taps", _TIMES),
        _figure(month, "weekday", "Day of the week", "messages and taps", {str(day): name for day, name in enumerate(_DAYS)}),
    )


def _cases(library: Library, month: Month) -> tuple[Figure, ...]:
    areas = {area: directory.title for area, directory in library.directories.items()} | {NOT_SAID: "Did not say"}
    return (
        _figure(month, "level", "How serious", "cases", _LEVELS),
        _figure(month, "category", "Kinds of harm", "cases; one can be of several kinds", most_first=True),
        _figure(month, "context", "Where it happens", "cases; one can be in several places", labels.CONTEXTS, most_first=True),
        _figure(month, "age", "Age", "cases", labels.AGES | {"unknown": "Did not say"}),
        _figure(month, "area", "Area", "cases", areas, most_first=True),
        _figure(month, "human", "Time until an adult was there", "cases", _HUMAN),
        _figure(month, "promise", "Promised times", "promises", _PROMISE),
    )


def _told(month: Month) -> tuple[Figure, ...]:
    return (
        _figure(month, "before", "How they felt before they talked to an adult", "cases", _BEFORE),
        _figure(month, "after", "How they felt afterwards", "cases", _AFTER),
        _figure(month, "listened", "Were listened to", "answers", _RATED),
        _figure(month, "helped", "It helped", "answers", _RATED),
        _figure(month, "again", "Would come back", "answers", _RATED),
    )


def _trends(library: Library, story: Sequence[Month]) -> tuple[Trend, ...]:
    wholes = (("Messages and taps", "hour"), ("Cases", "level"))
    parts = (("Urgent", "level", "urgent"), ("Immediate", "level", "immediate"), ("Adult there within 5 minutes", "human", "within_5"))
    themes = tuple((labels.plain(theme), "theme", theme) for theme in cells(library).themes)
    return (
        *(Trend(title, tuple(month.figures[figure].total for month in story)) for title, figure in wholes),
        *(Trend(title, tuple(month.cell(figure, name) for month in story)) for title, figure, name in (*parts, *themes)),
    )


def _figure(month: Month, id: str, title: str, of: str, names: dict[str, str] | None = None, *, most_first: bool = False) -> Figure:
    shown = month.figures[id]
    rows = [Row((names or {}).get(name) or labels.plain(name), number) for name, number in shown.cells.items()]
    return Figure(id, title, of, shown.total, _most_first(rows) if most_first else tuple(rows))


def _most_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-(row.number or 0), row.label)))


def _number(number: int | None) -> str:
    return HELD_BACK if number is None else str(number)
