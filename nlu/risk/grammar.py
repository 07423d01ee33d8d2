"""The small language of phrases: `(he|she|my <parent>) hit me hard?` stands for all its combinations.

`(a|b)` is a choice, `?` behind a word, a choice or a list makes it optional, and `<name>` is a list of `words.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import product

Forms = tuple[str, ...]
_SYMBOL = re.compile(r"<\w+>|[()|?]|[^\s()|?<>]+")


_DO_NOT = re.compile(r"\b(?:do|does|did) not\b")

_SAYS_NOTHING = frozenset(("it", "i", "to", "my", "not", "in", "on", "up", "you", "this", "and", "for", "do"))


class PhraseError(ValueError):
    """A phrase cannot be read. `group` is the id of the group it stands in, where that is known."""

    def __init__(self, problem: str, group: str | None = None) -> None:
        """`problem` says what is wrong and what to do."""
        super().__init__(problem)
        self.group = group


class Grammar:
    """Expands phrases, with named lists, into tuples of common forms."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]], forms: Callable[[str], Forms]) -> None:
        """`forms` reads plain words into common forms."""
        self._forms = forms
        self._source = lists
        self._lists: dict[str, list[Forms]] = {}

    def expand(self, phrase: str) -> list[Forms]:
        """Every combination the phrase stands for. Raises `PhraseError` for unknown lists and stray brackets."""
        phrase = _DO_NOT.sub("not", phrase)
        symbols = _SYMBOL.findall(phrase)[::-1]
        combinations = self._choice(symbols)
        if symbols or "<" in _SYMBOL.sub("", phrase):
            raise PhraseError(f"the brackets in {phrase!r} do not match; use (a|b), <list> and ? only")
        return [forms for forms in dict.fromkeys(combinations) if forms]

    def _choice(self, symbols: list[str]) -> list[Forms]:
        choices = self._telling(symbols)
        while symbols and symbols[-1] == "|":
            symbols.pop()
            choices += self._telling(symbols)
        return choices or [()]

    def _telling(self, symbols: list[str]) -> list[Forms]:
        """A choice without the forms of which the skipped words leave nothing, or nothing telling."""
        pieces = self._sequence(symbols)
        choices = (tuple(form for forms in choice for form in forms) for choice in product(*pieces))
        several = len(pieces) > 1
        return [forms for forms in choices if forms and not (several and len(forms) == 1 and forms[0] in _SAYS_NOTHING)]

    def _sequence(self, symbols: list[str]) -> list[list[Forms]]:
        pieces: list[list[Forms]] = []
        while symbols and symbols[-1] not in "|)":
            piece = self._piece(symbols)
            if symbols and symbols[-1] == "?":
                symbols.pop()
                piece = [*piece, ()]
            pieces.append(piece)
        return pieces

    def _piece(self, symbols: list[str]) -> list[Forms]:
        symbol = symbols.pop()
        if symbol == "(":
            choices = self._choice(symbols)
            if not symbols or symbols.pop() != ")":
                raise PhraseError("a bracket is not closed; add the )")
            return choices
        if symbol.startswith("<"):
            return self._list(symbol[1:-1])
        return [self._forms(symbol)] if symbol != "?" else [()]

    def _list(self, name: str) -> list[Forms]:
        if name not in self._lists:
            if name not in self._source:
                raise PhraseError(f"there is no list <{name}>; add it to words.yml or correct the name")
            self._lists[name] = list(dict.fromkeys(forms for entry in self._source[name] for forms in self.expand(entry)))
        return self._lists[name]
