"""How much risk a message carries, of what kind, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import isotonic_regression

from components.calibrated import Calibrated, train
from components.conversations import Conversation, Turn
from components.linear import Texts, Words
from components.risk_labels import CATEGORIES, LEVELS, OUTPUTS, STEPS, SUBJECTS, RiskLabel
from components.together import Together, Told, train_together

Answer = dict[str, Any]

NO_RISK: Answer = {
    "levels": {level: float(level == "none") for level in LEVELS},
    "at_least": dict.fromkeys(STEPS, 0.0),
    "categories": dict.fromkeys(CATEGORIES, 0.0),
    "subject": {subject: float(subject == "general") for subject in SUBJECTS},
    "signs": {},
    "together": 0.0,
}
"""The answer for a message without any words."""


@dataclass(frozen=True)
class RiskModel:
    """One calibrated yes-or-no classifier for each of `OUTPUTS`, for each weak sign, and for the sum of a conversation.

    The last one means something only where the text is a whole conversation; where its messages are known, `together` reads them too.
    """

    calibrated: Calibrated
    signs: list[str]
    together: Together

    def answer(self, windows: Texts, told: Told | None = None) -> Answer:
        """The reading of one message, given its windows: the gravest window decides. `told`: the conversation, where the text is one."""
        chances = self.calibrated.probabilities(windows).max(axis=0)
        *signs, together = chances[len(OUTPUTS) :]
        if told is not None:
            together = self.together.chance(self.calibrated.heads.margins(told.whole)[0, -1], told.messages)
        return {**as_answer(chances[: len(OUTPUTS)]), "signs": named(tuple(self.signs), signs), "together": round(float(together), 4)}

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store; `from_arrays` takes it back."""
        return {"signs": np.array(self.signs), **self.calibrated.arrays(), **self.together.arrays()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> RiskModel:
        """A model that was stored with `arrays`."""
        return cls(Calibrated.from_arrays(arrays), arrays["signs"].tolist(), Together.from_arrays(arrays))


def train_risk(messages: Texts, labels: list[RiskLabel], spoken: Texts, talks: list[Conversation]) -> RiskModel:
    """A model from messages and from conversations; `spoken` has the turns of all conversations, and then each as a whole and in halves."""
    turns = [turn for talk in talks for turn in talk.turns]
    signs = sorted({sign for turn in turns for sign in turn.signs})
    sums = [talk for talk in talks for _ in talk.together]
    targets = np.full((len(labels) + len(turns) + len(sums), len(OUTPUTS) + len(signs) + 1), np.nan)
    targets[: len(labels), : len(OUTPUTS)] = [label.targets() for label in labels]
    for place, turn in enumerate(turns, start=len(labels)):
        targets[place, :-1] = [*turn_targets(turn), *(sign in turn.signs for sign in signs)]
    targets[len(labels) + len(turns) :, -1] = [talk.harmful for talk in sums]
    writers = [label.writer for label in labels] + [turn.writer for turn in turns] + [talk.writer for talk in sums]
    calibrated, tested = train(messages + spoken, targets, writers)
    # Of each conversation's three texts the first is the whole.
    wholes = tested[len(labels) + len(turns) :: len(talks[0].together), -1]
    said = Words(spoken.texts[: len(turns)], spoken.vectors[: len(turns)])
    return RiskModel(calibrated, signs, train_together(said, talks, wholes))


def turn_targets(turn: Turn) -> list[float]:
    """What is known of one turn, in the order of `OUTPUTS`: read alone it is no concern, and nothing at all in a harmless twin."""
    worry = 0.0 if turn.harmless else np.nan
    return [worry, *(0.0 for _ in STEPS[1:]), *(np.nan for _ in (*CATEGORIES, *SUBJECTS))]


def as_answer(chances: np.ndarray) -> Answer:
    """Probabilities in the order of `OUTPUTS` as the parts of the service's `risk` answer."""
    steps, categories, subject = np.split(chances, [len(STEPS), len(STEPS) + len(CATEGORIES)])
    # A graver level implies the milder ones; classifiers that contradict each other are all believed by half.
    steps = isotonic_regression(steps, increasing=False)
    exact = np.concatenate([[1.0], steps]) - np.concatenate([steps, [0.0]])
    subject = subject / max(subject.sum(), 1e-9)
    return {
        "levels": named(LEVELS, exact),
        "at_least": named(STEPS, steps),
        "categories": named(CATEGORIES, categories),
        "subject": named(SUBJECTS, subject),
    }


def named(names: tuple[str, ...], values: Any) -> dict[str, float]:
    """Values by name, to four decimals."""
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
