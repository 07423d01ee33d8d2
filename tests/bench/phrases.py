"""How long the check for danger takes, against the number of phrases."""

from __future__ import annotations

import random
from dataclasses import replace

from content.editorial.clues import load_clues
from content.editorial.library import CONTENT
from content.editorial.phrases import load_phrases
from nlu.noticing import Noticing
from nlu.risk.clues import Clues
from nlu.risk.lexicon import Lexicon
from nlu.risk.policy import load_policy
from tests.bench.timing import timed

MESSAGE = ("my mates have been weird with me lately and i dont really know what to say to them about it all tbh, " * 5)[:500]
NUMBERS = (500, 5_000, 20_000)


def check_with(phrases: int) -> dict[str, float]:
    """A check with about so many compiled phrases: fewer groups than are shipped, or more, made of the words of training messages."""
    shipped = load_phrases()
    groups = list(shipped.groups[:: max(1, Lexicon(shipped).phrase_count // phrases)])
    words = sorted({word for word in (CONTENT / "intents" / "chitchat.yml").read_text("utf-8").split() if word.isalpha() and len(word) > 5})
    dice = random.Random(0)
    while (lacking := phrases - Lexicon(replace(shipped, groups=tuple(groups))).phrase_count) > phrases // 20:
        category, first = shipped.groups[0]
        made = tuple(" ".join(dice.choices(words, k=3)) for _ in range(lacking + lacking // 5))
        groups.append((category, first.model_copy(update={"id": f"made_{len(groups)}", "phrases": made})))
    noticing = Noticing(Lexicon(replace(shipped, groups=tuple(groups))), Clues(load_clues()), load_policy())
    return {"phrases": noticing.phrase_count, **timed(lambda: noticing.check(MESSAGE))}
