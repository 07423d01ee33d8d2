"""What a group of phrases finds, as it is typed: the messages that it names itself, and the training messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.desk.editing.findings import in_words
from bot.desk.phrases.messages import Example, Messages, Runs
from content.editorial.edition import Texts, text_of
from content.editorial.phrases import ContextWords, Group, RiskPhrases, WordBook
from content.editorial.reading import causes, parsed
from nlu.risk.chains import split
from nlu.risk.check import holding
from nlu.risk.context import Context
from nlu.risk.grammar import Grammar, PhraseError
from nlu.risk.lexicon import Lexicon
from nlu.risk.stream import Forms

WORDS, CONTEXT = "risk_phrases/words.yml", "risk_phrases/context.yml"
_TWO = ("…", "…")
"""In the place of examples that are still to be written."""


class Unreadable(Exception):
    """A group cannot be tried. `found` says by field of its form what is wrong."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        super().__init__(", ".join(found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Own:
    """A message that a group names itself: whether it is meant to be found, and whether it is."""

    text: str
    wanted: bool
    found: bool

    @property
    def holds(self) -> bool:
        """Whether it goes as it should."""
        return self.wanted == self.found

    @property
    def part(self) -> str:
        """The part of the group that names it."""
        return "must_match" if self.wanted else "must_not_match"


@dataclass(frozen=True, slots=True)
class Change:
    """The training messages that a group finds now and did not before, and the other way round; `all`: how many it finds now."""

    all: int
    found: tuple[Example, ...]
    lost: tuple[Example, ...]


class Book:
    """The words and the context that phrases share, as they are in force."""

    def __init__(self, words: WordBook, context: ContextWords) -> None:
        self._words, self._context = words, context
        self.forms = Forms.of(words)
        self._grammar = Grammar(words.lists, self.forms.phrase)

    @classmethod
    def in_force(cls, texts: Texts) -> Book:
        """Those of an edition."""
        words, context = (parsed(text_of(texts, key) or "") for key in (WORDS, CONTEXT))
        return cls(WordBook.model_validate(words), ContextWords.model_validate(context))

    def lexicon(self, groups: Sequence[Group]) -> Lexicon:
        """These groups alone, compiled. Raises `PhraseError`."""
        return Lexicon(RiskPhrases(tuple((group.category or "", group) for group in groups), self._words, self._context))

    def runs(self, group: Group) -> Iterator[Runs]:
        """Of each phrase, the words of which one run of each part has to stand in a message."""
        for phrase in group.phrases:
            yield [runs for part in split(phrase)[0] if (runs := self._grammar.expand(part))]


def problems(group: dict[str, Any], phrase: str, *, needs_category: bool) -> dict[str, list[str]]:
    """What keeps a group from being one, by field of its form; `card` for what no field holds."""
    found: dict[str, list[str]] = {}
    if needs_category and not (group.get("category") or group.get("flag")):
        found["category"] = ["Choose one."]
    try:
        Group.model_validate(group)
    except ValidationError as error:
        for one in causes(error.errors()):
            loc = tuple(one["loc"])
            short = one["type"] == "too_short" and loc[0] in ("must_match", "must_not_match")
            said = "At least two." if short else in_words(one, loc)
            found.setdefault(_field(loc, group, phrase), []).append(said)
    return found


def readable(group: dict[str, Any]) -> Group:
    """The group, with something in the place of what is still to be written beside its phrases. Raises `Unreadable`."""
    whole = {**group, "why": group.get("why") or "…"}
    for name in ("must_match", "must_not_match"):
        whole[name] = [*(group.get(name) or ()), *_TWO]
    if not any(group.get(name) for name in ("level", "sign", "flag")):
        whole["sign"] = True
    try:
        return Group.model_validate(whole)
    except ValidationError as error:
        raise Unreadable({str(one["loc"][0]): [in_words(one, one["loc"])] for one in error.errors() if one["loc"]}) from None


def compiled(book: Book, group: Group) -> Lexicon:
    """The group alone. Raises `Unreadable` for a phrase that cannot be read."""
    try:
        return book.lexicon([group])
    except PhraseError as error:
        part, _, said = str(error).removeprefix("in ").partition(f":{group.id}: ")
        field = "phrase" if part == "phrases" else part
        raise Unreadable({field: [f"{said[:1].upper()}{said[1:]}."]}) from None


def own(lexicon: Lexicon, group: Group) -> list[Own]:
    """The messages that the group names itself, those first that do not go as they should."""
    said = [(text, True) for text in group.must_match] + [(text, False) for text in group.must_not_match]
    tried = [Own(text, wanted, finds(lexicon, group.id, text)) for text, wanted in said if text not in _TWO]
    return sorted(tried, key=lambda one: one.holds)


def finds(lexicon: Lexicon, id: str, text: str) -> bool:
    """Whether a message has a phrase of this group, and nothing round it makes it nothing."""
    found = lexicon.find(lexicon.read(text))
    return any(group.id == id for _, group, _ in holding(lexicon, found, Context(found, lexicon.question)))


def change(book: Book, messages: Messages, before: Group | None, after: Group) -> Change:
    """What a changed group does to the training messages; `before` is `None` for a new one. Raises `Unreadable`."""
    was, now = _all_found(book, messages, before) if before else set(), _all_found(book, messages, after)
    return Change(len(now), messages.listed(now - was), messages.listed(was - now))


def _all_found(book: Book, messages: Messages, group: Group) -> set[int]:
    lexicon = compiled(book, group)
    return {number for number in messages.having(book.runs(group)) if finds(lexicon, group.id, messages[number].text)}


def _field(loc: tuple[Any, ...], group: dict[str, Any], phrase: str) -> str:
    first = str(loc[0]) if loc else "kind"
    if first == "phrases":
        return "phrase" if len(loc) < 2 or group["phrases"][loc[1]] == phrase else "card"
    return "kind" if first in ("level", "sign", "flag") else first
