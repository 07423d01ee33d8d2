"""An edition as a folder of YAML files, to be kept in git or changed elsewhere, and back."""

from __future__ import annotations

from pathlib import Path

from content.editorial.edition import KINDS, Texts, is_key, laid_out, texts_below
from content.editorial.reading import ContentError


def export(texts: Texts, target: Path) -> int:
    """Write every file of this edition that can be published below `target`; returns how many.

    Raises `ContentError` where `target` holds such a file that is not of this edition, or cannot be written.
    """
    with laid_out(texts) as folder:
        files = texts_below(folder)
    if strange := sorted(texts_below(target).keys() - files.keys()):
        raise ContentError(f"{target / strange[0]}:1: this file is not in force; take it out, or choose an empty folder")
    for key, text in files.items():
        try:
            (target / key).parent.mkdir(parents=True, exist_ok=True)
            (target / key).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise ContentError(f"{target / key}:1: cannot be written ({type(error).__name__}); choose another folder") from None
    return len(files)


def changed(texts: Texts, source: Path) -> dict[str, str]:
    """The files below `source` that say something else than this edition, by key; a file that is missing there stays as it is.

    Raises `ContentError` where there is nothing to read, or a file that could not be published.
    """
    given = texts_below(source)
    if not given:
        raise ContentError(f"{source}:1: there are no content files here; name the folder that holds {', '.join(KINDS)}")
    for path in (path for kind in KINDS for path in sorted((source / kind).rglob("*.yml"))):
        if not is_key(path.relative_to(source).as_posix()):
            raise ContentError(f"{path}:1: nothing reads a file of this name; use small letters, digits and _, in the folder it belongs to")
    with laid_out(texts) as folder:
        now = texts_below(folder)
    return {key: text for key, text in given.items() if now.get(key) != text}
