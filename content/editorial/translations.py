"""The words in other languages: `x.pl.yml` beside `x.yml` has the same ids and fields, and only the words are its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from content.editorial.schema import (
    Alt,
    Bubbles,
    Button,
    ByLevel,
    Contact,
    CrisisFile,
    Directory,
    Entry,
    Message,
    MessageFile,
    Reviewed,
    Script,
    Step,
    Words,
)

FORMS = tuple(name for name in Bubbles.model_fields)
_NUMBER = re.compile(r"\d[\d ]*\d")
Place = tuple[str | int, ...]
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Difference:
    """Where a translation and its English do not fit together, and what to do."""

    place: Place
    what: str
    to_do: str


class Translated(Reviewed, Generic[E]):
    """What every file in another language says about itself."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    needs: Literal["native reviewer"] | None = Field(default=None, description="what is missing before it may be signed off")

    @model_validator(mode="after")
    def _signed_only_when_read(self) -> Translated[E]:
        if self.status == "signed_off" and self.needs:
            raise ValueError(f"status signed_off while it needs a {self.needs}: take `needs` out once one has read it")
        return self

    def onto(self, english: E) -> E:
        """The English file with these words. What is not translated stays English."""
        raise NotImplementedError

    def differences(self, english: E) -> Iterator[Difference]:
        """Whatever does not fit to the English file."""
        raise NotImplementedError


class TranslatedTurn(Bubbles):
    """The words of a step or message, with its buttons: other labels, the same ways."""

    buttons: tuple[Button, ...] = ()


class TranslatedStep(TranslatedTurn):
    """A step; `alt` is what its picture shows. The picture itself is that of the English."""

    alt: Alt | None = None

    def onto(self, english: Step) -> Step:
        """The English step with these words."""
        shown = english.picture and english.picture.model_copy(update={"alt": self.alt})
        return english.model_copy(update={**_words_of(self), "picture": shown})


class TranslatedMessage(TranslatedTurn):
    """A message; `version` is the English one that it translates."""

    version: Annotated[str, Field(pattern=r"^\d+$")] = "1"


class TranslatedMessages(Translated[MessageFile]):
    """`messages/<group>.<language>.yml`."""

    group: Words
    messages: dict[str, TranslatedMessage]

    def onto(self, english: MessageFile) -> MessageFile:
        messages = {name: english.messages[name].model_copy(update=_words_of(turn)) for name, turn in self.messages.items()}
        return english.model_copy(update={"messages": {**english.messages, **messages}})

    def differences(self, english: MessageFile) -> Iterator[Difference]:
        yield from _same(("group",), english.group, self.group)
        yield from _turns("messages", english.messages, self.messages)
        for name in self.messages.keys() & english.messages.keys():
            if self.messages[name].version != (version := english.messages[name].version):
                yield Difference(("messages", name), f"{name} is version {version} in English", "translate it anew, then set this version")


class TranslatedScript(Translated[Script]):
    """`guidance/<theme>/<topic>.<language>.yml`."""

    topic: Words
    title: Words
    steps: dict[str, TranslatedStep]

    def onto(self, english: Script) -> Script:
        steps = {name: step.onto(english.steps[name]) for name, step in self.steps.items()}
        return english.model_copy(update={"title": self.title, "steps": {**english.steps, **steps}})

    def differences(self, english: Script) -> Iterator[Difference]:
        yield from _same(("topic",), english.topic, self.topic)
        yield from _turns("steps", english.steps, self.steps)
        for name in self.steps.keys() & english.steps.keys():
            picture, alt = english.steps[name].picture, self.steps[name].alt
            if picture and not alt:
                yield Difference(("steps", name), f"the picture of {name} has no alt text here", f"add `alt`, which says: {picture.alt}")
            elif alt and not picture:
                yield Difference(("steps", name, "alt"), f"{name} has no picture in English", "take `alt` out")


class TranslatedCrisis(Translated[CrisisFile]):
    """`crisis/<category>.<language>.yml`. What staff read stays English."""

    category: Words
    plain: Words
    plain_other: Words
    myself: ByLevel
    someone_else: ByLevel

    def onto(self, english: CrisisFile) -> CrisisFile:
        return english.model_copy(update={name: getattr(self, name) for name in ("plain", "plain_other", "myself", "someone_else")})

    def differences(self, english: CrisisFile) -> Iterator[Difference]:
        yield from _same(("category",), english.category, self.category)
        for who in ("myself", "someone_else"):
            ours, theirs = getattr(english, who), getattr(self, who)
            for level in ByLevel.model_fields:
                said, heard = getattr(ours, level), getattr(theirs, level)
                if (said is None) != (heard is None):
                    yield Difference((who, level), f"{level} is there in one language only", "have the same levels as the English file")
                elif said is not None:
                    yield from _differ((who, level), said, heard)


class TranslatedContact(Entry):
    """What a helpline is for and when it is open. Numbers and addresses are in the English file only."""

    id: Words
    name: Words | None = None
    text: Words | None = Field(default=None, description="how to reach it by text message, where words stand around the number")
    does: Words
    hours: Words


class TranslatedDirectory(Translated[Directory]):
    """`helplines/<area>.<language>.yml`."""

    area: Words
    title: Words
    note: Words
    contacts: tuple[TranslatedContact, ...]

    def onto(self, english: Directory) -> Directory:
        by_id = {contact.id: contact for contact in self.contacts}
        contacts = tuple(_reworded(contact, by_id.get(contact.id)) for contact in english.contacts)
        return english.model_copy(update={"title": self.title, "note": self.note, "contacts": contacts})

    def differences(self, english: Directory) -> Iterator[Difference]:
        yield from _same(("area",), english.area, self.area)
        numbers = {contact.id: _numbers(contact.text or "") for contact in english.contacts}
        for index, contact in enumerate(self.contacts):
            if contact.id not in numbers:
                yield Difference(("contacts", index), f"there is no helpline {contact.id!r} in English", "use an id of the English file")
            elif contact.text and _numbers(contact.text) != numbers[contact.id]:
                yield Difference(
                    ("contacts", index), f"the number of {contact.id} is not that of the English", "numbers are never translated"
                )


def _words_of(turn: TranslatedTurn) -> dict[str, Any]:
    return {name: getattr(turn, name) for name in (*FORMS, "buttons")}


def _reworded(contact: Contact, theirs: TranslatedContact | None) -> Contact:
    return contact.model_copy(update=theirs.model_dump(exclude_none=True)) if theirs else contact


def _same(place: Place, ours: str, theirs: str) -> Iterator[Difference]:
    if ours != theirs:
        yield Difference(place, f"{place[0]} is {ours!r} in English", "use the same id: only words are translated")


def _turns(key: str, english: Mapping[str, Message] | Mapping[str, Step], theirs: Mapping[str, TranslatedTurn]) -> Iterator[Difference]:
    for name, turn in theirs.items():
        if name not in english:
            yield Difference((key, name), f"there is no {name!r} in English", "use an id of the English file, or take it out")
            continue
        yield from _differ((key, name), english[name], turn)
        if [button.go for button in turn.buttons] != (ways := [button.go for button in english[name].buttons]):
            yield Difference(
                (key, name, "buttons"), "the buttons lead elsewhere than in English", f"lead to {', '.join(ways) or 'nothing'}"
            )


def _differ(place: Place, english: Bubbles, theirs: Bubbles) -> Iterator[Difference]:
    """Forms that only one of them has; fields and numbers that are not the same."""
    for form in FORMS:
        ours, other = " ".join(getattr(english, form)), " ".join(getattr(theirs, form))
        label = Bubbles.model_fields[form].alias or form
        if bool(ours) != bool(other):
            yield Difference(place, f"{label} is there in one language only", "have the same forms as the English file")
        elif (fields := fields_of(ours)) != fields_of(other):
            named = ", ".join(sorted("{" + field + "}" for field in fields)) or "none"
            yield Difference(place, f"the fields of {label} are not those of the English", f"use {named}")
        elif (numbers := _numbers(ours)) != _numbers(other):
            yield Difference(place, f"the numbers of {label} are not those of the English", f"say {', '.join(sorted(numbers)) or 'none'}")


def fields_of(text: str) -> set[str]:
    """The names in braces; a text with a stray brace is its own name, so that it equals no other."""
    try:
        return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError:
        return {text}


def _numbers(text: str) -> set[str]:
    return {found.replace(" ", "") for found in _NUMBER.findall(text)}
