"""Texts to sentence vectors, in bounded windows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from components.encoder_graph import WIDTH, Tensors, build
from components.weights import encoder_tensors, package_folder

EDGE = 512
"""Code points kept at each end of a long text; the middle is dropped."""

WINDOW = 128
"""Tokens in one window, the two special ones included (the model was trained on 128)."""

THREADS = 2
"""Batches at the same time, where there are many; one batch has one thread, since two waited for each other more than they gained."""

BATCH = 16
"""Texts that share one scale of eight bits: more were no faster, and coarser."""


@dataclass(frozen=True)
class Window:
    """A stretch of a text that the encoder takes in one piece."""

    text: str
    vector: np.ndarray
    """384 numbers, length 1; all zero for a text without any token."""


def bounded(text: str) -> str:
    """The text if it is short, else its first and last 512 code points."""
    return text if len(text) <= 2 * EDGE else f"{text[:EDGE]} {text[-EDGE:]}"


class Encoder:
    """all-MiniLM-L6-v2: mean-pooled sentence vectors of length 1."""

    def __init__(self, tensors: Tensors | None = None) -> None:
        """Load the shipped weights, or take `tensors`; raises `WrongWeights` unless the shipped are the recorded ones."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(build(tensors or encoder_tensors()), options, providers=["CPUExecutionProvider"])
        self._pool = ThreadPoolExecutor(THREADS, "encoder")
        self._tokenizer = Tokenizer.from_file(str(package_folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(WINDOW)

    def windows(self, text: str) -> list[Window]:
        """The text's windows in order, at least one."""
        return self.windows_of([text])[0]

    def windows_of(self, texts: list[str]) -> list[list[Window]]:
        """Windows of many texts, encoded in batches of similar length."""
        cut = [self._cut(bounded(text)) for text in texts]
        vectors = iter(self._encode([encoding for pieces in cut for _, encoding in pieces]))
        return [[Window(piece, next(vectors)) for piece, _ in pieces] for pieces in cut]

    def first_vectors(self, texts: list[str]) -> np.ndarray:
        """(texts, 384): of each text the first window's vector, the only one that a training text has."""
        if not texts:
            return np.zeros((0, WIDTH), dtype=np.float32)
        return np.stack([windows[0].vector for windows in self.windows_of(texts)])

    def _cut(self, text: str) -> list[tuple[str, Encoding]]:
        whole = self._tokenizer.encode(text)
        encodings = [whole, *whole.overflowing]
        if len(encodings) == 1:
            return [(text, whole)]
        return [(text[slice(*span(encoding))], encoding) for encoding in encodings]

    def _encode(self, encodings: list[Encoding]) -> np.ndarray:
        vectors = np.zeros((len(encodings), WIDTH), dtype=np.float32)
        order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        run_all = map if len(batches) == 1 else self._pool.map
        for batch, found in zip(batches, run_all(self._run, ([encodings[i].ids for i in batch] for batch in batches)), strict=True):
            vectors[batch] = found
        return vectors

    def _run(self, rows: list[list[int]]) -> np.ndarray:
        longest = max(len(row) for row in rows)
        ids = np.zeros((len(rows), longest), dtype=np.int32)
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        (vectors,) = self._session.run(["vectors"], {"ids": ids, "mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def span(encoding: Encoding) -> tuple[int, int]:
    """First and last code point that a window covers."""
    # Special tokens have the offsets (0, 0).
    ends = [(start, end) for start, end in encoding.offsets if end > start]
    return (ends[0][0], ends[-1][1]) if ends else (0, 0)
