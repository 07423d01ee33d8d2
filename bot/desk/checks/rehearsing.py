"""Whether the written conversations still go as they are written down, once a file of the content is changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.rehearsal.looking import TELLING
from bot.rehearsal.stage import Talk, service_of, stage, talks
from content.editorial.edition import kind_of
from content.editorial.library import Library
from content.editorial.problems import Problem
from content.editorial.schema import Contact
from content.editorial.shelf import variants
from escalation.context import Service
from escalation.publishing import Progress
from nlu.noticing import Noticing

MOST_NAMED = 10
"""So many failing conversations are told one by one."""

OWN_TIMES = frozenset(
    f"policy/{name}.yml" for name in ("escalation", "rota", "ending", "retention", "sharing", "form", "duties", "app_templates")
)
"""What an organisation decides about times, days and people. The conversations are written for those that are shipped.

A change of these is tried with the conversations in which no time passes, and other times of day may be said in them."""

_UNPLAYED = frozenset({"canned_replies", "intents"})
"""What only staff see, and what the intent service is trained with; no conversation can say it."""
_UNTRIED = frozenset({"policy/rota.yml", "policy/retention.yml"})
"""Opening hours and periods: in a closed service no conversation goes as it is written down, and without time passing none is too old."""


def conversation_problems(folder: Path, before: Path, keys: Collection[str], on_progress: Progress) -> list[Problem]:
    """The conversations that these files can change and that fail with the content below `folder`.

    The files are all `OWN_TIMES`, or none of them is. A conversation that fails with the content `before` too is not their doing, and
    is a warning. Takes about a quarter of a second for each.
    """
    keys = [key for key in keys if not _is_untried(key)]
    if not keys:
        return []
    new, old = service_of(folder), service_of(before)
    written, words = talks(folder), (new.library, old.library)
    by_key = {key: touched(written, words, key) for key in sorted(keys)}
    names = {talk.name: key for key, chosen in reversed(by_key.items()) for talk in chosen}
    chosen = [talk for talk in written if talk.name in names]
    if not chosen:
        return []
    any_time = OWN_TIMES.issuperset(keys)
    with stage() as played:
        failing = _failing(partial(played.play, any_time=any_time), chosen, new, Noticing.load(folder), on_progress)
        if not failing:
            return []
        known = Noticing.load(before)
        already = {talk.name for talk, _ in failing[:MOST_NAMED] if played.play(talk, old, known, any_time=any_time)}
    return list(_told(failing, already, names))


def touched(written: list[Talk], words: Sequence[Library], key: str) -> list[Talk]:
    """The conversations that a changed file can change.

    Of a script those that name its topic, tap on to it, or expect its words, in any of these libraries; of helplines those that expect
    one of them; of other files all, since what they hold is said everywhere.
    """
    if _is_untried(key):
        return []
    if key in OWN_TIMES:
        return [talk for talk in written if not talk.waits]
    if kind_of(key) == "helplines":
        return _naming(written, words, key)
    if kind_of(key) != "guidance":
        return written
    topic, _, language = key.rpartition("/")[2].removesuffix(".yml").partition(".")
    words = [one.speaking(language) for one in words] if language else words
    names = {topic, *(name for one in words for name in _ways_to(one, topic))}
    said, elsewhere = _joined(words, lambda name: name == topic), _joined(words, lambda name: name != topic)
    return [talk for talk in written if any(part in names or _only_in(said, elsewhere, part) for part in _strings(talk.data))]


def _is_untried(key: str) -> bool:
    return kind_of(key) in _UNPLAYED or key in _UNTRIED


def _naming(written: list[Talk], words: Sequence[Library], key: str) -> list[Talk]:
    """The conversations in which a helpline of this area is said; none where only who confirmed them, and when, is different."""
    area, _, language = key.rpartition("/")[2].removesuffix(".yml").partition(".")
    listed = [one.speaking(language) if language else one for one in words]
    contacts = [one.directories[area].contacts if area in one.directories else () for one in listed]
    if all([_shown(one) for one in some] == [_shown(one) for one in contacts[0]] for some in contacts):
        return []
    names = {text.casefold() for some in contacts for one in some for text in (one.name, one.call, one.text) if text}
    return [talk for talk in written if any(name in part.casefold() for part in _strings(talk.data) for name in names)]


def _shown(contact: Contact) -> dict[str, object]:
    """What decides when a helpline is said, and how."""
    return contact.model_dump(include={"id", "name", "does", "call", "text", "web", "hours", "always_open", "min_age", "max_age"})


def _only_in(said: str, elsewhere: str, part: str) -> bool:
    return len(part) >= TELLING and part.casefold() in said and part.casefold() not in elsewhere


def _joined(words: Sequence[Library], which: Callable[[str], bool]) -> str:
    """All that is said in some of the scripts, and, where the topic asked for is not among them, by messages."""
    steps = [step for one in words for name, script in one.scripts.items() if which(name) for step in script.steps.values()]
    messages = [message for one in words for message in one.messages.values() if which("")]
    return "\n".join(text for turn in [*steps, *messages] for said in variants(turn).values() for text in said).casefold()


def _failing(
    play: Callable[[Talk, Service, Noticing], str], chosen: list[Talk], service: Service, noticing: Noticing, on_progress: Progress
) -> list[tuple[Talk, str]]:
    failing = []
    for done, talk in enumerate(chosen):
        on_progress(done, len(chosen), "conversations")
        if wrong := play(talk, service, noticing):
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


def _told(failing: list[tuple[Talk, str]], already: set[str], names: Mapping[str, str]) -> Iterator[Problem]:
    to_do = "change the words back, or ask for the conversation to be changed together with the program (content/dialogues/README.md)"
    for talk, wrong in failing[:MOST_NAMED]:
        key = names[talk.name]
        what = f"the conversation “{talk.name}” (dialogues/{talk.file}) does not go as it is written down any more: {wrong}"
        if talk.name in already:
            yield Problem(Path(key), 1, f"it did not before this change either: {what}", "nothing for you; tell who runs it", "warning")
        else:
            yield Problem(Path(key), 1, what, to_do)
    if len(failing) > MOST_NAMED:
        key = names[failing[-1][0].name]
        yield Problem(Path(key), 1, f"{len(failing) - MOST_NAMED} more conversations do not go as they are written down", to_do)
