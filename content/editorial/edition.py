"""An edition: the shipped content files, with what is published in their place.

Every loader reads a folder, so an edition is laid out as one: links to the shipped files, and published texts where theirs would be.
What is checked, what is in force and what is exported are thus the same files, read by the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from content.editorial.library import CONTENT
from content.editorial.reading import ContentError

Texts = Mapping[str, str | None]
"""Published texts by key, the path of the file below `content/`; `None`: the file is retired."""

KINDS = ("guidance", "messages", "crisis", "helplines", "canned_replies", "risk_phrases", "policy", "intents")
"""The folders whose YAML files can be published. Training messages (`intents`) count from the next training on, pictures and labels from a release on."""

_WORDS = "|".join(kind for kind in KINDS if kind not in ("guidance", "intents"))
_KEY = re.compile(rf"(?:(?:guidance/[a-z0-9_]+|{_WORDS})/[a-z0-9_]+(?:\.[a-z]{{2,3}})?|intents/(?:disclosures/)?[a-z0-9_]+)\.yml")


def is_key(key: str) -> bool:
    """Whether a file of this path can be published."""
    return _KEY.fullmatch(key) is not None


def kind_of(key: str) -> str:
    """The folder that a key is in, one of `KINDS`."""
    return key.partition("/")[0]


@contextmanager
def laid_out(texts: Texts, seed: Path = CONTENT) -> Iterator[Path]:
    """A folder with the files of this edition, for as long as the block lasts.

    A `ContentError` that is raised inside names files by their keys.
    """
    with TemporaryDirectory(prefix="breakwater-content-") as name:
        folder = Path(name)
        _link(seed, folder)
        for key, text in texts.items():
            _lay(folder / key, text)
        try:
            yield folder
        except ContentError as error:
            raise ContentError(str(error).replace(f"{folder}/", "")) from None


def texts_below(folder: Path) -> dict[str, str]:
    """The texts of all files below `folder` that can be published, by key. Raises `ContentError` for one that cannot be read."""
    found = (path for kind in KINDS for path in sorted((folder / kind).rglob("*.yml")))
    keys = {path.relative_to(folder).as_posix(): path for path in found}
    return {key: _text(path) for key, path in keys.items() if is_key(key)}


def text_of(texts: Texts, key: str, seed: Path = CONTENT) -> str | None:
    """The text of one file in this edition; `None` where there is no such file."""
    if key in texts:
        return texts[key]
    path = seed / key
    return _text(path) if is_key(key) and path.is_file() else None


def in_every_language(key: str, published: Iterable[str], seed: Path = CONTENT) -> list[str]:
    """The keys of one file in English and in each other language, shipped or among these published ones."""
    stem = key.partition(".")[0]
    shipped = (path.relative_to(seed).as_posix() for path in seed.glob(f"{stem}.*yml"))
    return sorted({*shipped, *(one for one in published if one.startswith(f"{stem}."))})


def _link(seed: Path, folder: Path) -> None:
    for path in seed.iterdir():
        if path.name not in KINDS:
            (folder / path.name).symlink_to(path.resolve())
    for path in (path for kind in KINDS for path in (seed / kind).rglob("*") if path.is_file()):
        link = folder / path.relative_to(seed)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())


def _lay(path: Path, text: str | None) -> None:
    path.unlink(missing_ok=True)
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}:1: the file cannot be read ({type(error).__name__}); save it as UTF-8 text") from None
