"""Whether each group of a changed file of phrases finds the messages that it names itself, and leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.desk.phrases.groups import is_list
from bot.desk.phrases.noticed import CONTEXT, WORDS, Book, Own, own
from content.editorial.phrases import Group, PhraseFile, load_phrases
from content.editorial.problems import Problem
from content.editorial.reading import line_of, read_file, read_yaml


def own_problems(folder: Path, key: str) -> Iterator[Problem]:
    """Messages of groups in the file `key` that are missed, or found against what the file says; of all groups where it is what they share."""
    shared = key in (WORDS, CONTEXT)
    if not (folder / key).is_file() or not (shared or is_list(key)):
        return
    phrases = load_phrases(folder)
    groups = [group for _, group in phrases.groups] if shared else read_file(folder / key, PhraseFile).groups
    lines = read_yaml(folder / key)[1]
    for number, one in broken(groups, Book(phrases.words, phrases.context)):
        yield Problem(Path(key), 1 if shared else line_of(lines, ("groups", number, one.part)), *said_of(one, groups[number].why))


def broken(groups: Sequence[Group], book: Book) -> Iterator[tuple[int, Own]]:
    """Each message that does not go as it should, with the place of its group among these. Raises `PhraseError`."""
    lexicon = book.lexicon(groups)
    for number, group in enumerate(groups):
        yield from ((number, one) for one in own(lexicon, group) if not one.holds)


def said_of(one: Own, why: str) -> tuple[str, str]:
    """What is wrong with such a message, of the phrases that staff read as `why`, and what to do."""
    what = f"“{one.text}” is to be found by the phrases “{why}”, and is not"
    if not one.wanted:
        what = f"“{one.text}” is to be left alone by the phrases “{why}”, and they find it"
    return what, "correct the phrases, or take the message out of their examples"
