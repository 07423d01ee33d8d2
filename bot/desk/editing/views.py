"""One card of a draft as its form and its preview show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.desk.editing.findings import Found, Known, found_in, measured
from bot.desk.editing.forms import base_of, bubbles, shown
from bot.desk.editing.shapes import FORMS, HEAD, Field, Shape, absent, at, cards, spoken, title_of
from content.editorial.library import CONTENT

ACTIONS = {
    "menu": "The menu",
    "talk": "Talk to a person",
    "helplines": "Who can help: the helplines",
    "ideas": "Other ideas",
    "simpler": "The same, said simpler",
    "easy_on": "Easy words from now on",
    "plan": "Make a safety plan",
    "own_view": "What we hold about them",
    "concern": "A worry about an adult here",
    "emergency": "The emergency numbers",
}
"""What buttons of a script ask the bot to do, as an editor calls it."""

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One field: its name in the form, what stands in it, what is wrong with it. `theirs`: what a colleague wrote there meanwhile; `of`: the form that a bubble is of."""

    name: str
    label: str
    value: str
    of: str = ""
    hint: str = ""
    kind: str = "line"
    choices: Choices = ()
    groups: Sequence[tuple[str, Choices]] = ()
    problems: Sequence[str] = ()
    measure: str = ""
    theirs: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A turn in one of its forms. `there`: whether the file has it, or only the form offers it."""

    name: str
    label: str
    there: bool
    slots: Sequence[Slot]
    problems: Sequence[str]
    more: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One card in the list of all."""

    card: str
    title: str
    gist: str
    problems: int


@dataclass(frozen=True, slots=True)
class View:
    """A card with its form, among the others. `problems`: what is wrong with the card as a whole."""

    card: str
    title: str
    what: str
    base: str
    outline: Sequence[Line]
    absent: Choices
    fields: Sequence[Slot]
    forms: Sequence[Form]
    buttons: Sequence[tuple[Slot, Slot]]
    more_buttons: bool
    picture: Sequence[Slot]
    problems: Sequence[str]
    can_rename: bool
    can_move: bool
    can_add: bool
    can_remove: bool

    @property
    def slots(self) -> list[Slot]:
        """Every field of the card."""
        said = [slot for form in self.forms for slot in form.slots]
        return [*self.fields, *said, *self.picture, *(slot for pair in self.buttons for slot in pair)]


def view(key: str, shape: Shape, data: Any, card: str, known: Known, theirs: Any = None) -> View:
    """The view of one card. `theirs`: the data of the file as a colleague left it, to be shown beside each field that differs."""
    found = found_in(key, shape, data, known)
    places = cards(shape, data)
    inside = data if card == HEAD else at(data, places[card])
    other = _other(shape, theirs, card)
    make = _Slots(inside, found.get(card, {}), other, known, shape, data)
    turn = card != HEAD
    named = turn and bool(shape.cards) and isinstance(data[shape.cards], dict)
    made = View(
        card=card,
        title=title_of(shape, data, card) if turn else "",
        what=shape.what,
        base=base_of(theirs if theirs is not None else data, shape, card),
        outline=[_line(shape, data, one, found) for one in (HEAD, *places)],
        absent=[(one, title_of_absent(one)) for one in absent(shape, data)],
        fields=[make.field(one) for one in (shape.fields if turn else shape.head)],
        forms=[make.form(form) for form in _forms_of(shape)] if turn else [],
        buttons=make.buttons() if turn else [],
        more_buttons=turn and len(inside.get("buttons", [])) < shape.most_buttons,
        picture=make.picture() if turn and shape.pictures else [],
        problems=(),
        can_rename=named and card != "start",
        can_move=turn and bool(shape.cards),
        can_add=bool(shape.cards),
        can_remove=turn and card != "start" and not card.endswith(".concern"),
    )
    shown_beside = {slot.name for slot in made.slots} | {form.name for form in made.forms}
    rest = [one for name, said in found.get(card, {}).items() if name not in shown_beside for one in said]
    return replace(made, problems=rest)


def title_of_absent(card: str) -> str:
    """What a first response that is not there yet is called."""
    who, _, level = card.partition(".")
    return f"{'About themselves' if who == 'myself' else 'About somebody else'}, {level}"


def _forms_of(shape: Shape) -> Sequence[str]:
    return ("say",) if shape.cards == "replies" else tuple(FORMS)


def _other(shape: Shape, theirs: Any, card: str) -> Any:
    if theirs is None:
        return None
    if card == HEAD:
        return theirs
    place = cards(shape, theirs).get(card)
    return at(theirs, place) if place else {}


def _line(shape: Shape, data: Any, card: str, found: Found) -> Line:
    problems = sum(len(said) for said in found.get(card, {}).values())
    if card == HEAD:
        return Line(card, f"About this {'script' if shape.pictures else 'file'}", shown(data.get("title", "")), problems)
    said = bubbles(at(data, cards(shape, data)[card]), "say")
    return Line(card, title_of(shape, data, card), " ".join(said)[:80], problems)


@dataclass(frozen=True, slots=True)
class _Slots:
    """Makes the fields of one card."""

    inside: Mapping[str, Any]
    found: Mapping[str, list[str]]
    other: Mapping[str, Any] | None
    known: Known
    shape: Shape
    data: Any

    def field(self, one: Field) -> Slot:
        value = shown(self.inside.get(one.name))
        return self._slot(one.name, one.label, value, one.hint, one.kind, self._choices(one, value), was=self._theirs(one.name))

    def form(self, form: str) -> Form:
        said = bubbles(self.inside, form)
        least = self.known.shelf.wording.limits.least_words
        theirs = bubbles(self.other, form) if self.other is not None else None
        slots = []
        for number, text in enumerate(said or [""]):
            label = f"Bubble {number + 1}" if self.shape.most_bubbles > 1 else "Words"
            slot = self._slot(
                f"{form}-{number}", label, text, kind="words", of=FORMS[form], was=_nth(theirs, number), measure=measured(text, least)
            )
            slots.append(slot)
        whole = isinstance(self.inside.get(form, []), list) and 0 < len(said) < self.shape.most_bubbles
        return Form(form, FORMS[form], bool(said), slots, self.found.get(form, []), whole)

    def buttons(self) -> list[tuple[Slot, Slot]]:
        theirs = self.other.get("buttons", []) if self.other is not None else None
        return [self._button(number, one, theirs) for number, one in enumerate(self.inside.get("buttons", []))]

    def picture(self) -> list[Slot]:
        there = self.inside.get("picture", {})
        theirs = self.other.get("picture", {}) if self.other is not None else None
        name = shown(there.get("file"))
        files = [("", "No picture"), *((path.name, path.stem.replace("_", " ")) for path in sorted((CONTENT / "pictures").glob("*.svg")))]
        choices = _with_own(files, name)
        was = {part: None if theirs is None else shown(theirs.get(part)) for part in ("file", "alt")}
        return [
            self._slot("picture-file", "Picture", name, kind="choice", choices=choices, was=was["file"]),
            self._slot("picture-alt", "What it shows", shown(there.get("alt")), "For those who do not see it", was=was["alt"]),
            self._slot("picture-says_more", "It says what the words do not", shown(there.get("says_more")), kind="tick"),
        ]

    def _button(self, number: int, one: Mapping[str, Any], theirs: Sequence[Mapping[str, Any]] | None) -> tuple[Slot, Slot]:
        other = None if theirs is None else theirs[number] if number < len(theirs) else {}
        was = {part: None if other is None else shown(other.get(part)) for part in ("label", "go")}
        go = shown(one.get("go"))
        return (
            self._slot(f"b{number}-label", f"Button {number + 1}", shown(one.get("label")), was=was["label"]),
            self._slot(f"b{number}-go", "Leads to", go, kind="go", groups=self._ways(go), was=was["go"]),
        )

    def _ways(self, go: str) -> list[tuple[str, Choices]]:
        """Where a button may lead, and where it leads now if that is none of it."""
        shelf = self.known.shelf
        titles = {one.entry.topic: one.entry.title for one in shelf.scripts}
        steps = [(name, _short(name, self.data["steps"][name])) for name in self.data["steps"]] if self.shape.pictures else []
        all_of_them = {} if self.shape.pictures else {name: name for name in sorted(self.known.actions)}
        does = [(f"do:{name}", label) for name, label in (all_of_them | ACTIONS).items() if name in self.known.actions]
        topics = [
            (f"topic:{topic}", titles.get(topic, topic)) for topic in shelf.taxonomy.theme_of if topic in titles or go == f"topic:{topic}"
        ]
        all_groups: list[tuple[str, Choices]] = [("This script", steps), ("What the bot does", does), ("Another topic", topics)]
        groups = [(name, ways) for name, ways in all_groups if ways]
        known = {value for _, ways in groups for value, _ in ways}
        return groups if go in known or not go else [("As it is", [(go, go)]), *groups]

    def _choices(self, one: Field, value: str) -> Choices:
        if one.kind == "topic":
            scripts = sorted((filed.entry.topic, filed.entry.title) for filed in self.known.shelf.scripts)
            return _with_own(scripts, value)
        if one.kind == "helplines":
            contacts = {contact.id: contact.name for filed in self.known.shelf.directories for contact in filed.entry.contacts}
            return list(({line: line for line in value.split("\n") if line} | contacts).items())
        return _with_own(one.choices, value) if one.choices else ()

    def _theirs(self, name: str) -> str | None:
        return None if self.other is None else shown(self.other.get(name))

    def _slot(self, name: str, label: str, value: str, hint: str = "", kind: str = "line", choices: Choices = (), **more: Any) -> Slot:
        was = more.pop("was", None)
        return Slot(
            name,
            label,
            value,
            hint=hint,
            kind=kind,
            choices=choices,
            problems=self.found.get(name, []),
            theirs=was if was != value else None,
            **more,
        )


def _with_own(choices: Choices, value: str) -> Choices:
    return choices if value in {one for one, _ in choices} else [*choices, (value, value)]


def _nth(texts: Sequence[str] | None, number: int) -> str | None:
    return None if texts is None else texts[number] if number < len(texts) else ""


def _short(name: str, step: Mapping[str, Any]) -> str:
    gist = " ".join(bubbles(step, "say"))
    return f"{spoken(name)}: {gist[:40]}{'…' if len(gist) > 40 else ''}"
