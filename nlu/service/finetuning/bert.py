"""MiniLM in TensorFlow, trainable, with the tensor names of the published weights."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

HEADS = 12
LAYERS = 6
EPSILON = 1e-12
DROPOUT = 0.1
WIDTH = 384


class Bert:
    """Mean-pooled sentence vectors. Word and position embeddings stay as published."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        """`tensors` by their published names."""
        self._fixed = {name: tf.constant(t) for name, t in tensors.items() if name.startswith("embeddings.") and t.ndim}
        self.layers = {name: tf.Variable(t, name=name) for name, t in tensors.items() if name.startswith("encoder.")}

    def __call__(self, ids: tf.Tensor, training: bool) -> tf.Tensor:
        """Vectors (texts, 384), not scaled, for ids (texts, tokens) padded with 0."""
        mask = tf.cast(ids > 0, tf.float32)
        hidden = self._drop(self._embed(ids), training)
        for number in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{number}.", hidden, mask, training)
        total = tf.reduce_sum(hidden * mask[:, :, None], axis=1)
        return total / tf.reduce_sum(mask, axis=1, keepdims=True)

    def _embed(self, ids: tf.Tensor) -> tf.Tensor:
        prefix = "embeddings."
        words = tf.gather(self._fixed[prefix + "word_embeddings.weight"], ids)
        places = self._fixed[prefix + "position_embeddings.weight"][: tf.shape(ids)[1]]
        segment = self._fixed[prefix + "token_type_embeddings.weight"][0]
        return normed(words + places + segment, self._fixed, prefix + "LayerNorm")

    def _layer(self, prefix: str, hidden: tf.Tensor, mask: tf.Tensor, training: bool) -> tf.Tensor:
        attended = self._attention(prefix + "attention.self.", hidden, mask, training)
        attended = self._drop(self._dense(prefix + "attention.output.dense", attended), training)
        hidden = normed(hidden + attended, self.layers, prefix + "attention.output.LayerNorm")
        wide = tf.nn.gelu(self._dense(prefix + "intermediate.dense", hidden))
        narrow = self._drop(self._dense(prefix + "output.dense", wide), training)
        return normed(hidden + narrow, self.layers, prefix + "output.LayerNorm")

    def _attention(self, prefix: str, hidden: tf.Tensor, mask: tf.Tensor, training: bool) -> tf.Tensor:
        query, key, value = (split(self._dense(prefix + part, hidden)) for part in ("query", "key", "value"))
        scores = tf.matmul(query, key, transpose_b=True) / (WIDTH / HEADS) ** 0.5
        scores += (1 - mask[:, None, None, :]) * -1e9
        shares = self._drop(tf.nn.softmax(scores), training)
        joined = tf.transpose(tf.matmul(shares, value), [0, 2, 1, 3])
        return tf.reshape(joined, tf.shape(hidden))

    def _dense(self, name: str, hidden: tf.Tensor) -> tf.Tensor:
        weight, bias = self.layers[name + ".weight"], self.layers[name + ".bias"]
        return tf.tensordot(hidden, tf.transpose(weight), 1) + bias

    @staticmethod
    def _drop(hidden: tf.Tensor, training: bool) -> tf.Tensor:
        return tf.nn.dropout(hidden, DROPOUT) if training else hidden


def split(hidden: tf.Tensor) -> tf.Tensor:
    """(texts, tokens, 384) to (texts, heads, tokens, 32)."""
    shape = tf.shape(hidden)
    return tf.transpose(tf.reshape(hidden, [shape[0], shape[1], HEADS, WIDTH // HEADS]), [0, 2, 1, 3])


def normed(hidden: tf.Tensor, tensors: dict[str, tf.Tensor], name: str) -> tf.Tensor:
    """Layer normalisation."""
    mean, variance = tf.nn.moments(hidden, axes=[-1], keepdims=True)
    scaled = (hidden - mean) * tf.math.rsqrt(variance + EPSILON)
    return scaled * tensors[name + ".weight"] + tensors[name + ".bias"]
