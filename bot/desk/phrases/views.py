"""A file of phrases as its list shows it, and the form of one phrase."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.desk.editing.forms import shown
from bot.desk.editing.shapes import Field
from bot.desk.editing.views import Choices, Slot
from bot.desk.library.paging import page_of
from bot.desk.phrases.fields import AT_RISK, CATEGORY, EXAMPLES, KIND, LEVELS, MEANING, SHORT, WHERE, kind_of_group, lines_of, value_of
from bot.desk.phrases.noticed import Book, own, problems, readable
from nlu.risk.grammar import PhraseError
from nlu.understanding import Level

A_PAGE = 40
"""Phrases that a page of the list shows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words, and what a group counts as; empty where it does not matter."""

    words: str = ""
    kind: str = ""

    def phrases(self, group: Mapping[str, Any]) -> list[str]:
        """The phrases of a group that fit: all of them where its meaning or its examples have the words."""
        if self.kind and self.kind != kind_of_group(group):
            return []
        looked_for = self.words.lower().split()
        about = "\n".join(shown(group.get(name)) for name in ("why", "must_match", "must_not_match", "category")).lower()
        return [one for one in group["phrases"] if all(word in f"{about}\n{one.lower()}" for word in looked_for)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A group on a page of the list, with the phrases of it that stand there. `of`: how many it has; `wrong`: what is to be put right."""

    id: str
    why: str
    kind: str
    level: int
    category: str
    about: str
    phrases: Sequence[str]
    of: int
    finds: Sequence[str]
    leaves: Sequence[str]
    wrong: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `found` and `all` count phrases; `pages` is at least 1."""

    groups: Sequence[Listed]
    found: int
    all: int
    number: int
    pages: int
    kinds: Choices


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one phrase; `others` is how many more phrases its group has. `name` is what the group is called."""

    phrase: Slot
    meaning: Sequence[Slot]
    examples: Sequence[Slot]
    where: Sequence[Slot]
    others: int
    name: str
    problems: Sequence[str]

    @property
    def slots(self) -> list[Slot]:
        """Every field."""
        return [self.phrase, *self.meaning, *self.examples, *self.where]


def listed(data: Any, wanted: Wanted, number: int, book: Book) -> Page:
    """A page of the list, by number from 1, the last one for numbers beyond it."""
    rows = [(group, phrase) for group in data["groups"] for phrase in wanted.phrases(group)]
    on_page, number, pages = page_of(rows, number, A_PAGE)
    shown_here: dict[str, list[str]] = {}
    for group, phrase in on_page:
        shown_here.setdefault(group["id"], []).append(phrase)
    here = [group for group in data["groups"] if group["id"] in shown_here]
    wrong = faults(here, book, needs_category=not data.get("category"))
    there = dict.fromkeys(kind_of_group(group) for group in data["groups"])
    kinds = [(kind, label) for kind, label in SHORT.items() if kind in there]
    return Page(
        [_listed(group, data, shown_here[group["id"]], wrong.get(group["id"], "")) for group in here],
        len(rows),
        sum(len(group["phrases"]) for group in data["groups"]),
        number,
        pages,
        kinds,
    )


def faults(groups: Sequence[dict[str, Any]], book: Book, *, needs_category: bool) -> dict[str, str]:
    """By id of each group in which something is to be put right, what."""
    found = {group["id"]: "It is not finished" for group in groups if problems(group, "", needs_category=needs_category)}
    fit = {group["id"]: readable(group) for group in groups if group["id"] not in found}
    while fit:
        try:
            lexicon = book.lexicon(list(fit.values()))
        except PhraseError as error:
            assert error.group is not None
            found[error.group] = "A phrase cannot be read"
            del fit[error.group]
            continue
        wrong = {id: sum(not said.holds for said in own(lexicon, one)) for id, one in fit.items()}
        return found | {
            id: f"{number} of its examples {'does' if number == 1 else 'do'} not go right" for id, number in wrong.items() if number
        }
    return found


def form(data: Any, group: Mapping[str, Any], phrase: str, categories: Collection[str], theirs: Mapping[str, Any] | None = None) -> Form:
    """The form of a phrase, with what its group says. `theirs`: the group as a colleague left it, shown where it differs."""
    make = _Slots(group, theirs, _categories(data, group, categories))
    meaning = [make.slot(field) for field in MEANING if field is not CATEGORY or make.categories]
    hint = "( a | b ) is a choice, ? behind a word makes it optional, ~ lets up to four words stand between, <name> is a list of words"
    return Form(
        Slot("phrase", "Phrase", phrase, hint=hint, kind="words", theirs=_gone(phrase, theirs)),
        meaning,
        [make.slot(field) for field in EXAMPLES],
        [make.slot(field) for field in WHERE],
        sum(one != phrase for one in group.get("phrases", ())),
        shown(group.get("why")),
        (),
    )


def with_problems(made: Form, found: Mapping[str, Sequence[str]]) -> Form:
    """The form with what is wrong beside each field."""
    names = {slot.name for slot in made.slots}

    def told(slots: Sequence[Slot]) -> list[Slot]:
        return [replace(slot, problems=found.get(slot.name, ())) for slot in slots]

    rest = [said for name, several in found.items() if name not in names for said in several]
    [phrase] = told([made.phrase])
    return replace(
        made,
        phrase=phrase,
        meaning=told(made.meaning),
        examples=told(made.examples),
        where=told(made.where),
        problems=list(dict.fromkeys(rest)),
    )


def _listed(group: Mapping[str, Any], data: Any, phrases: Sequence[str], wrong: str) -> Listed:
    kind = kind_of_group(group)
    return Listed(
        group["id"],
        shown(group.get("why")) or "Nothing written yet",
        SHORT.get(kind, "Nothing chosen yet"),
        int(Level.of(kind)) if kind in LEVELS else 0,
        _plain(shown(group.get("category") or data.get("category") or group.get("flag"))),
        AT_RISK.get(value_of(group, "at_risk"), ""),
        phrases,
        len(group["phrases"]),
        lines_of(shown(group.get("must_match"))),
        lines_of(shown(group.get("must_not_match"))),
        wrong,
    )


@dataclass(frozen=True, slots=True)
class _Slots:
    group: Mapping[str, Any]
    theirs: Mapping[str, Any] | None
    categories: Collection[str]

    def slot(self, field: Field) -> Slot:
        value = value_of(self.group, field.name)
        was = None if self.theirs is None else value_of(self.theirs, field.name)
        choices = tuple(self._choices(field, value))
        return Slot(field.name, field.label, value, hint=field.hint, kind=field.kind, choices=choices, theirs=was if was != value else None)

    def _choices(self, field: Field, value: str) -> Iterator[tuple[str, str]]:
        if field is KIND:
            if value == "flag":
                yield "flag", f"A mark beside the level: {_plain(shown(self.group.get('flag'))).lower()}"
                return
            yield from [] if value else [("", "Choose…")]
            yield from LEVELS.items()
            yield "sign", "A weak sign: several of them add up"
        elif field is CATEGORY:
            yield from [] if value in self.categories else [(value, _plain(value) or "Choose…")]
            yield from ((one, _plain(one)) for one in self.categories)
        else:
            yield from field.choices


def _categories(data: Any, group: Mapping[str, Any], known: Collection[str]) -> Collection[str]:
    """What a group can be about; empty where its file is about one thing, or it is only a mark."""
    return () if data.get("category") or group.get("flag") else known


def _gone(phrase: str, theirs: Mapping[str, Any] | None) -> str | None:
    """Nothing, where a colleague took this very phrase out or changed it."""
    return None if theirs is None or not phrase or phrase in theirs.get("phrases", ()) else ""


def _plain(id: str) -> str:
    return id.replace("_", " ").capitalize()
