"""Whether the written conversations still go as they are written down, once a file of the content is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.rehearsal.looking import TELLING
from bot.rehearsal.stage import Stage, Talk, service_of, stage, talks
from content.editorial.edition import kind_of
from content.editorial.library import Library
from content.editorial.problems import Problem
from content.editorial.shelf import variants
from escalation.context import Service
from nlu.noticing import Noticing

Progress = Callable[[int, int, str], None]
"""Told how many are done, of how many, and of what."""

MOST_NAMED = 10
"""So many failing conversations are told one by one."""

_UNPLAYED = frozenset({"canned_replies"})
"""What only staff see; no conversation can say it."""


def conversation_problems(folder: Path, before: Path, key: str, on_progress: Progress) -> list[Problem]:
    """The conversations that this file can change and that fail with the content below `folder`.

    One that fails with the content `before` too is not this file's doing, and is a warning. Takes about a quarter of a second for each.
    """
    new, old = service_of(folder), service_of(before)
    chosen = touched(talks(folder), (new.library, old.library), key)
    if not chosen:
        return []
    with stage() as played:
        failing = _failing(played, chosen, new, Noticing.load(folder), on_progress)
        if not failing:
            return []
        known = Noticing.load(before)
        already = {talk.name for talk, _ in failing[:MOST_NAMED] if played.play(talk, old, known)}
    return list(_told(failing, already, key))


def touched(written: list[Talk], words: Sequence[Library], key: str) -> list[Talk]:
    """The conversations that a changed file can change.

    Of a script those that name its topic, tap on to it, or expect its words, in any of these libraries; of other files all, since
    what they hold is said everywhere.
    """
    if kind_of(key) in _UNPLAYED:
        return []
    if kind_of(key) != "guidance":
        return written
    topic, _, language = key.rpartition("/")[2].removesuffix(".yml").partition(".")
    words = [one.speaking(language) for one in words] if language else words
    names = {topic, *(name for one in words for name in _ways_to(one, topic))}
    said, elsewhere = _joined(words, lambda name: name == topic), _joined(words, lambda name: name != topic)
    return [talk for talk in written if any(part in names or _only_in(said, elsewhere, part) for part in _strings(talk.data))]


def _only_in(said: str, elsewhere: str, part: str) -> bool:
    return len(part) >= TELLING and part.casefold() in said and part.casefold() not in elsewhere


def _joined(words: Sequence[Library], which: Callable[[str], bool]) -> str:
    """All that is said in some of the scripts, and, where the topic asked for is not among them, by messages."""
    steps = [step for one in words for name, script in one.scripts.items() if which(name) for step in script.steps.values()]
    messages = [message for one in words for message in one.messages.values() if which("")]
    return "\n".join(text for turn in [*steps, *messages] for said in variants(turn).values() for text in said).casefold()


def _failing(played: Stage, chosen: list[Talk], service: Service, noticing: Noticing, on_progress: Progress) -> list[tuple[Talk, str]]:
    failing = []
    for done, talk in enumerate(chosen):
        on_progress(done, len(chosen), "conversations")
        if wrong := played.play(talk, service, noticing):
            failing.append((talk, wrong))
    on_progress(len(chosen), len(chosen), "conversations")
    return failing


def _ways_to(words: Library, topic: str) -> Iterator[str]:
    """The title of a topic, under which menus list it, and the labels of buttons that lead there."""
    if script := words.scripts.get(topic):
        yield script.title
    buttons = [button for script in words.scripts.values() for step in script.steps.values() for button in step.buttons]
    buttons += [button for message in words.messages.values() for button in message.buttons]
    yield from (button.label for button in buttons if topic in button.go.replace(":", "/").split("/"))


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _told(failing: list[tuple[Talk, str]], already: set[str], key: str) -> Iterator[Problem]:
    to_do = "change the words back, or ask for the conversation to be changed together with the program (content/dialogues/README.md)"
    for talk, wrong in failing[:MOST_NAMED]:
        what = f"the conversation “{talk.name}” (dialogues/{talk.file}) does not go as it is written down any more: {wrong}"
        if talk.name in already:
            yield Problem(Path(key), 1, f"it did not before this change either: {what}", "nothing for you; tell who runs it", "warning")
        else:
            yield Problem(Path(key), 1, what, to_do)
    if len(failing) > MOST_NAMED:
        yield Problem(Path(key), 1, f"{len(failing) - MOST_NAMED} more conversations do not go as they are written down", to_do)
