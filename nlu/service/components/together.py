"""What the messages of a conversation come to: what their words say as a whole, and how each of them leans by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from components.conversations import Conversation
from components.linear import Heads, Texts, Words, fit_and_test

FOLDS = 5
BARELY = 100.0
"""Inverse of the regularisation of three numbers that hundreds of conversations fit."""


@dataclass(frozen=True)
class Told:
    """A conversation to be read: all of it as one text, by its words alone, and each message."""

    whole: Texts
    messages: Words


@dataclass(frozen=True)
class Together:
    """How likely the sum of a conversation is a sign of harm."""

    leaning: Heads
    """One output: whether a message belongs to a conversation that comes to harm, and not to a harmless twin of one."""
    joined: np.ndarray
    """What the margin of the whole weighs, what the messages' mean leaning weighs, and an offset."""

    def chance(self, whole: float, messages: Words) -> float:
        """Calibrated; `whole` is the margin of the whole."""
        return float(expit(np.array([whole, self.leaning.margins(messages).mean(), 1.0]) @ self.joined))

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"joined": self.joined, **{f"leaning_{name}": array for name, array in self.leaning.arrays().items()}}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Together:
        """What was stored with `arrays`, which may have others beside."""
        own = {name.removeprefix("leaning_"): array for name, array in arrays.items() if name.startswith("leaning_")}
        return cls(Heads.from_arrays(own), arrays["joined"])


def train_together(turns: Words, talks: Sequence[Conversation], wholes: np.ndarray) -> Together:
    """From the turns of all conversations, in order.

    `wholes` has the margin of each conversation as a whole, by a classifier that has seen nothing by its writer; NaN where there is none.
    """
    writers = [turn.writer for talk in talks for turn in talk.turns]
    leaning, margins, places = fit_and_test(turns, leanings(turns.texts, talks)[:, None], writers, FOLDS)
    leans = means(margins[:, 0], places, talks)
    known = ~np.isnan(wholes) & ~np.isnan(leans)
    machine = LogisticRegression(C=BARELY)
    machine.fit(np.stack([wholes[known], leans[known]], axis=1), np.array([talk.harmful for talk in talks])[known])
    return Together(leaning, np.array([*machine.coef_[0], *machine.intercept_]))


def leanings(texts: list[str], talks: Sequence[Conversation]) -> np.ndarray:
    """1 for a turn of a conversation that comes to harm, 0 for one of a twin; NaN for what is said in both, which tells them apart by nothing."""
    harmful = np.array([float(talk.harmful) for talk in talks for _ in talk.turns])
    calm, grave = ({text for text, side in zip(texts, harmful, strict=True) if side == which} for which in (0, 1))
    harmful[[text in calm and text in grave for text in texts]] = np.nan
    return harmful


def means(margins: np.ndarray, places: np.ndarray, talks: Sequence[Conversation]) -> np.ndarray:
    """The mean margin of each conversation's turns, from the margins of the turns at `places`; NaN unless there is one of each turn."""
    lengths = [len(talk.turns) for talk in talks]
    all_margins = np.full(sum(lengths), np.nan)
    all_margins[places] = margins
    return np.array([part.mean() for part in np.split(all_margins, np.cumsum(lengths)[:-1])])
