"""Noticing risk in what a young person writes: the one door for the bot and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from content.editorial.clues import load_clues
from content.editorial.library import CONTENT
from content.editorial.phrases import load_phrases, place_of
from content.editorial.reading import ContentError
from nlu.risk.accumulate import accumulate, may_add_up, signs_in, worries
from nlu.risk.check import Checker
from nlu.risk.clues import Clues
from nlu.risk.grammar import PhraseError
from nlu.risk.lexicon import Lexicon
from nlu.risk.merge import merge, with_history
from nlu.risk.parts import parts_of
from nlu.risk.policy import RiskPolicy, load_policy
from nlu.understanding import Level, Reading, Risk, Sign, Understanding

MESSAGES_TOGETHER = 8
"""How many of somebody's latest messages are read as a whole."""
FEWEST_TOGETHER = 4
"""Fewer messages than this are no conversation yet."""


def whole_of(earlier: Sequence[str], text: str) -> str | None:
    """The latest messages and this one for the intent service, each on a line of its own; `None` where there are too few."""
    said = [*earlier, text][-MESSAGES_TOGETHER:]
    return "\n".join(one.replace("\n", " ") for one in said) if len(said) >= FEWEST_TOGETHER else None


class Noticing:
    """The compiled phrases and the policy by which they are weighed."""

    def __init__(self, lexicon: Lexicon, clues: Clues, policy: RiskPolicy) -> None:
        """All as loaded from content."""
        self._lexicon = lexicon
        self._kinds = {group.id: (category, group.why) for category, group in lexicon.groups.values() if group.sign}
        self._policy = policy
        self._checker = Checker(lexicon, clues, policy)

    @classmethod
    def load(cls, content_folder: Path = CONTENT) -> Noticing:
        """Compile `content_folder`. Raises `ContentError`, which names file, line and what to do."""
        try:
            lexicon = Lexicon(load_phrases(content_folder))
        except PhraseError as error:
            raise ContentError(f"{place_of(error.group, content_folder)}: {error}") from None
        return cls(lexicon, Clues(load_clues(content_folder)), load_policy(content_folder))

    @property
    def phrase_count(self) -> int:
        """How many phrases are compiled."""
        return self._lexicon.phrase_count

    def check(self, text: str, age_band: str = "unknown") -> Risk:
        """The risk that the phrases alone show: no network, no model, and every part of a long text is read."""
        return parts_of(text, lambda part: self._checker.check(part, age_band))

    def understand(
        self,
        text: str,
        reading: Reading | None,
        earlier: Sequence[Sequence[Sign]] = (),
        age_band: str = "unknown",
        standing: bool = False,
        whole: Reading | None = None,
        phrases: Risk | None = None,
    ) -> Understanding:
        """Topic and risk, from phrases, the intent service's `reading` where there is one, and earlier messages' signs.

        `earlier` has the signs of each earlier message, oldest first. Where this message adds none, they raise nothing again,
        unless `standing` asks what the whole conversation comes to. `whole` is the service's reading of the conversation up to and
        with this message (`nlu.noticing.whole_of`). `phrases` is what `check` says of this text and age band, where that is known.
        """
        risk, scores = phrases or self.check(text, age_band), reading.scores if reading else None
        signs = signs_in(text, risk.signs, scores.signs if scores else {}, self._kinds, self._policy)
        alone = merge(text, replace(risk, signs=signs), scores, age_band, self._policy)
        alone = replace(alone, signs=(*signs, *worries(text, alone)))
        together = whole.scores.together if whole and whole.scores else None
        merged = with_history(alone, accumulate(earlier, alone.signs, self._policy, standing, together))
        if reading is None:
            return Understanding(risk=merged)
        return Understanding(reading.topic, reading.confidence, merged, reading.ranking)

    def hangs_on_the_whole(self, risk: Risk, earlier: Sequence[Sequence[Sign]]) -> bool:
        """Whether reading the conversation as a whole could raise what was noticed in the latest message: it comes to a concern at most."""
        return risk.level < Level.CONCERN and may_add_up(earlier, risk.signs, self._policy)
