"""One spelling for each word: text-speak, leet, stretched letters, dialect, dyslexic and algospeak spellings."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from nlu.spellings import SPELLINGS
from nlu.telling_words import CENSORED, DOUBLED, GROUPS, JOINED, NOT_ING, TELLING

_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_L = str.maketrans("013457@$!|", "oleastasll")
_BETWEEN_LETTERS = re.compile(r"[a-z][013457@$]+[a-z]")
_AMOUNT = re.compile(r"\d+[a-z]{1,5}|[a-z]{1,4}\d+|\d+(?:st|nd|rd|th)?|[$@].*")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_LAUGH = re.compile(r"a?(?:ha|ah){2,}h?|(?:he){3,}h?|j(?:aj)+a|l+o+l+(?:ol)*|lmf?a+o+|rofl|xd+")
_CONTRACTIONS = {"'m": " am", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would"}
_IS = frozenset(("he", "she", "it", "that", "what", "there", "who", "where", "how", "here", "everyone", "someone", "when", "why", "nobody"))
_LONGEST = 40
"""No word that means something is longer; longer ones are left as they are."""


@lru_cache(maxsize=16384)
def spell(word: str) -> str:
    """The usual spelling of one lower-case word, which may be several words: `idk` becomes `i do not know`."""
    if len(word) > _LONGEST:
        return word
    plain = SPELLINGS.get(word)
    if plain is not None:
        return plain
    if _LAUGH.fullmatch(word):
        return "lol"
    shortened = _unstretch(_unleet(word))
    return SPELLINGS.get(shortened) or JOINED.get(shortened) or _uncontract(_with_g(shortened))


def spell_group(group: str) -> str:
    """The usual spelling of a few words or marks that are written for one word: `un-alive`, `s/h`, `k!ll`."""
    known = GROUPS.get(group.replace("-", " "))
    if known is not None:
        return known
    if group.startswith(("self-harm", "sewer", "un")):
        return group.replace("-", " ").replace("un alive", "unalive").replace("un aliv", "unaliv")
    read = group.translate(_LEET)
    return read if read in TELLING else group


def _unleet(word: str) -> str:
    if word.isalpha() or word in CENSORED:
        return CENSORED.get(word, word)
    for table in (_LEET, _LEET_L):
        if word.translate(table) in TELLING:
            return word.translate(table)
    if _AMOUNT.fullmatch(word) or not _BETWEEN_LETTERS.search(word):
        return word
    return word.translate(_LEET)


def _unstretch(word: str) -> str:
    runs = list(_STRETCHED.finditer(word))
    if not runs:
        return word
    for doubled in product((True, False), repeat=min(len(runs), 3)):
        lengths = iter((*doubled, *(False for _ in runs[3:])))
        shorter = _STRETCHED.sub(lambda match, lengths=lengths: match[1] * (2 if next(lengths) else 1), word)  # type: ignore[misc]
        if shorter in DOUBLED:
            return shorter
    return _STRETCHED.sub(r"\1", word)


def _with_g(word: str) -> str:
    """`comin` and `comin'` are `coming`; `cousin` stays."""
    return f"{word}g" if len(word) > 4 and word.endswith("in") and word.isalpha() and word not in NOT_ING else word


def _uncontract(word: str) -> str:
    if "'" not in word:
        return word
    if word.endswith("n't"):
        return {"can't": "can not", "won't": "will not", "shan't": "will not", "ain't": "is not"}.get(word, f"{word[:-3]} not")
    stem, mark, ending = word.rpartition("'")
    if mark + ending in _CONTRACTIONS:
        return SPELLINGS.get(stem, stem) + _CONTRACTIONS[mark + ending]
    return f"{stem} is" if ending == "s" and stem in _IS else word
