"""Training conversations: what the files of `conversations/` hold, and what must be right about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import Field

from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, read_file, read_yaml
from content.editorial.schema import Entry, Words
from content.editorial.taxonomy import Taxonomy

FOLDER = "conversations"
_TWIN = "_twin"


class Turn(Entry):
    """One message of the young person, and the weak signs that it shows read alone."""

    says: Words
    signs: tuple[str, ...] = ()


class Conversation(Entry):
    """Messages that are nothing each. `level` is what they come to together."""

    id: Words
    level: Words
    categories: tuple[str, ...] = ()
    subject: Words
    writer: Words
    messages: tuple[Turn, ...] = Field(min_length=3)


class ConversationFile(Entry):
    """One writer's conversations, each followed by its harmless twin."""

    conversations: tuple[Conversation, ...] = Field(min_length=1)


def conversation_problems(folder: Path, taxonomy: Taxonomy, signs: Collection[str]) -> Iterator[Problem]:
    """Faults in the conversations below `folder`; `signs` are the ids that `risk_phrases/signs.yml` knows."""
    seen: set[str] = set()
    for path in sorted((folder / FOLDER).glob("*.yml")):
        try:
            file, lines = read_file(path, ConversationFile), read_yaml(path)[1]
        except ContentError as error:
            yield from from_error(error)
            continue
        for index, talk in enumerate(file.conversations):
            line = lines[("conversations", index)]
            yield from (Problem(path, line, what, what_to_do) for what, what_to_do in _faults(talk, taxonomy, signs, seen))
            seen.add(talk.id)


def _faults(talk: Conversation, taxonomy: Taxonomy, signs: Collection[str], seen: Collection[str]) -> Iterator[tuple[str, str]]:
    if talk.id in seen:
        yield f"there are two conversations {talk.id}", "give one of them another id"
    if talk.level not in taxonomy.levels:
        yield f"{talk.level} is no level", f"use one of {', '.join(taxonomy.levels)}"
    if talk.id.endswith(_TWIN) != (talk.level == "none"):
        yield f"{talk.id} has the level {talk.level}", f"a harmless twin has the level none, and its id ends with {_TWIN}"
    for category in talk.categories:
        if category not in taxonomy.risk_categories:
            yield f"{category} is no risk category", "use an id of the taxonomy"
    for sign in sorted({sign for turn in talk.messages for sign in turn.signs}):
        if sign not in signs:
            yield f"{sign} is no weak sign", f"use one of {', '.join(sorted(signs))}, or describe it in risk_phrases/signs.yml"
