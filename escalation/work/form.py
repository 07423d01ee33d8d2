"""The safeguarding form: which questions a case has, and whether its answers are complete. Pure.

The questions are data (`content/policy/form.yml`). Whatever stands in a form is a worker's judgement, never the bot's (S21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST = 4000
"""Characters in one answer."""

Answers = dict[str, str]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about, as far as policy asks for it."""

    categories: tuple[str, ...]
    flags: tuple[str, ...]
    age_band: str
    nation: str | None = None


class Applies(Part):
    """The cases that something is for. What is left out fits every case; categories and flags are alternatives."""

    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()

    def fits(self, about: About) -> bool:
        """Whether a case is one of these."""
        named = {*self.categories, *self.flags}
        return (not named or bool(named.intersection({*about.categories, *about.flags}))) and (not self.ages or about.age_band in self.ages)


class Question(Part):
    """One question. `why`: for each answer that has to be explained, the question that explains it."""

    id: str
    label: str
    kind: Literal["text", "one"]
    options: dict[str, str] = Field(default={})
    hint: str = ""
    why: dict[str, str] = Field(default={})


class Section(Part):
    """Questions that belong together, and the cases they are for."""

    id: str
    title: str
    applies: Applies = Field(default=Applies(), alias="for")
    fields: tuple[Question, ...] = Field(min_length=1)


class Form(Part):
    """`content/policy/form.yml`."""

    note: str = ""
    sections: tuple[Section, ...]

    @model_validator(mode="after")
    def _explanations_are_asked_for_beside_what_they_explain(self) -> Form:
        for section in self.sections:
            here = {question.id for question in section.fields}
            for question in section.fields:
                if strange := {*question.why} - {*question.options} or {*question.why.values()} - here:
                    raise ValueError(
                        f"{question.id}: `why` names {', '.join(sorted(strange))}, which is no option or question of its section"
                    )
        return self

    def for_case(self, about: About) -> tuple[Section, ...]:
        """The sections that this case has."""
        return tuple(section for section in self.sections if section.applies.fits(about))


def answered(sections: Iterable[Section], given: Mapping[str, str]) -> Answers:
    """The answers among what was sent, without the empty ones and without what is no question of these sections."""
    asked = (question.id for section in sections for question in section.fields)
    return {id: given[id].strip() for id in asked if given.get(id, "").strip()}


def wrong(sections: Iterable[Section], answers: Answers) -> str:
    """What keeps these answers from being saved, in words for staff; empty when nothing does."""
    labels = {question.id: question.label for section in sections for question in section.fields}
    for question in (question for section in sections for question in section.fields):
        answer = answers.get(question.id, "")
        if len(answer) > LONGEST:
            return f"{question.label}: {LONGEST} characters at most"
        if answer and question.kind == "one" and answer not in question.options:
            return f"{question.label}: choose one of the answers"
        if (because := question.why.get(answer)) and because not in answers:
            return f"{question.label}: {question.options[answer]} needs “{labels[because]}” as well"
    return ""
