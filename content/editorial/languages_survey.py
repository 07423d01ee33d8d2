"""How far each language is: what there is, what is said in English instead, and what still needs somebody who grew up with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from content.editorial.interface import ENGLISH
from content.editorial.library import Library
from content.editorial.siblings import Sibling
from content.editorial.translations import TranslatedCrisis, TranslatedDirectory, TranslatedMessages, TranslatedScript

STAFF = "staff"
"""The group of messages that staff read, in English only."""


@dataclass(frozen=True)
class Spoken:
    """One language: of each kind of words how many there are, and how many there are in English."""

    language: str
    there: Mapping[str, tuple[int, int]]
    in_english: tuple[str, ...]
    """The messages that English says instead, by id."""
    needs: Mapping[str, int]
    """What files need before they may be signed off, each with how many."""
    files: int
    signed: int


def survey_languages(library: Library) -> Iterator[Spoken]:
    """Every language but English, by its code."""
    for language, files in sorted(library.siblings.items()):
        yield _spoken(library, language, files)


def language_table(rows: Iterator[Spoken]) -> Iterator[str]:
    """The same as a table in Markdown; everything that is missing is said in English."""
    yield "| language | messages | scripts | their steps | crisis | helplines | labels | files | signed off | needs |"
    yield "|---" * 10 + "|"
    missing = []
    for row in rows:
        there = " | ".join(f"{some} of {all}" for some, all in row.there.values())
        needs = ", ".join(f"{need}: {count}" for need, count in row.needs.items())
        yield f"| {row.language} | {there} | {row.files} | {row.signed} | {needs} |"
        missing += [f"{row.language}: {', '.join(row.in_english)}"] if row.in_english else []
    yield ""
    yield f"Messages that are said in English: {'; '.join(missing) or 'none'}."


def _spoken(library: Library, language: str, files: Sequence[Sibling]) -> Spoken:
    entries = [one.entry for one in files]
    scripts = [entry for entry in entries if isinstance(entry, TranslatedScript)]
    ours = {id for id in library.messages if not id.startswith(f"{STAFF}.")}
    theirs = {f"{entry.group}.{name}" for entry in entries if isinstance(entry, TranslatedMessages) for name in entry.messages}
    there = {
        "messages": (len(ours & theirs), len(ours)),
        "scripts": (len(scripts), len(library.scripts)),
        "steps": (sum(len(script.steps) for script in scripts), sum(len(library.scripts[script.topic].steps) for script in scripts)),
        "crisis": (sum(isinstance(entry, TranslatedCrisis) for entry in entries), len(library.crisis)),
        "helplines": (sum(isinstance(entry, TranslatedDirectory) for entry in entries), len(library.directories)),
        "labels": (len(library.labels.get(language, {})), len(library.labels.get(ENGLISH, {}))),
    }
    needs = [entry.needs for entry in entries if entry.needs]
    return Spoken(
        language,
        there,
        in_english=tuple(sorted(ours - theirs)),
        needs={need: needs.count(need) for need in sorted(set(needs))},
        files=len(entries),
        signed=sum(entry.status == "signed_off" for entry in entries),
    )
