"""What the components hand to each other on a Rasa message."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy import sparse

from components.encoder import Window, bounded
from components.linear import Texts
from components.together import Told
from nlu.normalise import normalise

WINDOWS = "breakwater_windows"
TOLD = "breakwater_told"

MOST_LINES = 8
"""So many of a conversation's latest messages are read, whoever asks."""


class Windows(Texts):
    """All windows of one message, on their way through the pipeline."""

    def fingerprint(self) -> str:
        """Asked for by Rasa after each step of training; the default one prints every vector, which takes 20 s."""
        return sha256("\n".join(self.texts).encode()).hexdigest()


def text_of(message: Message) -> str:
    """The message's text, always well-formed: half of a surrogate pair becomes U+FFFD."""
    text = message.get(TEXT) or ""
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(text: str) -> str:
    """A text as the classifiers read it."""
    return normalise(bounded(text)).text


def lines_of(text: str) -> list[str]:
    """The messages of a conversation, which stand on a line each; none where the text is a single message."""
    lines = [line for line in text.split("\n") if line.strip()]
    return lines[-MOST_LINES:] if len(lines) > 1 else []


def put(message: Message, windows: list[Window]) -> None:
    """Leave the windows on the message, out of the answer."""
    texts = [window.text for window in windows]
    message.set(WINDOWS, Windows(texts, np.stack([window.vector for window in windows])))


def put_counted(messages: list[Message], counts: sparse.csr_matrix) -> None:
    """Leave the n-grams of training texts on them, counted once for all components that learn from them."""
    for place, message in enumerate(messages):
        windows = windows_on(message)
        message.set(WINDOWS, Windows(windows.texts[:1], windows.vectors[:1], counts[place]))


def windows_on(message: Message) -> Windows:
    """All windows of one message, as the featurizer left them."""
    windows: Windows = message.get(WINDOWS)
    return windows


def put_told(message: Message, told: Told) -> None:
    """Leave the conversation on the message, out of the answer."""
    message.set(TOLD, told)


def told_on(message: Message) -> Told | None:
    """The conversation, where the text is one."""
    told: Told | None = message.get(TOLD)
    return told


def first_windows(messages: list[Message]) -> Texts:
    """The first window of each message: training texts are short enough to have only one."""
    read = [windows_on(message) for message in messages]
    counts = sparse.vstack([each.counts[:1] for each in read], format="csr")
    return Texts([each.texts[0] for each in read], np.stack([each.vectors[0] for each in read]), counts)
