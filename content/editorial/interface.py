"""Interface words: labels of the page and ways to say a time, as gettext catalogues whose ids are names.

`locale/<language>/LC_MESSAGES/interface.po`. What needs a sign-off is no label: it is a message or a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from content.editorial.problems import Problem
from content.editorial.reading import ContentError
from content.editorial.translations import fields_of

ENGLISH = "en"
Labels = Mapping[str, Mapping[str, str]]


def load_labels(folder: Path) -> dict[str, dict[str, str]]:
    """The words by language and name; what is missing or marked fuzzy is not there. Raises `ContentError`."""
    return {_language(path): _words(_read(path)) for path in _paths(folder)}


def label_problems(folder: Path) -> Iterator[Problem]:
    """Names that a language lacks or invents, and fields that differ from the English."""
    paths = {_language(path): path for path in _paths(folder)}
    if ENGLISH not in paths:
        return
    english = _words(_read(paths.pop(ENGLISH)))
    for path in paths.values():
        catalogue = _read(path)
        theirs = _words(catalogue)
        for name in sorted(english.keys() - theirs.keys()):
            yield Problem(
                path, _line(catalogue, name), f"{name!r} is not translated", "add it, and take its fuzzy mark out; English is shown"
            )
        for name in sorted(theirs.keys() - english.keys()):
            yield Problem(path, _line(catalogue, name), f"there is no {name!r} in English", "use a name of the English file")
        for name in sorted(english.keys() & theirs.keys()):
            if fields_of(english[name]) != fields_of(theirs[name]):
                yield Problem(
                    path, _line(catalogue, name), f"the fields of {name!r} are not those of the English", f"see {english[name]!r}"
                )


def _paths(folder: Path) -> list[Path]:
    return sorted((folder / "locale").glob("*/LC_MESSAGES/interface.po"))


def _language(path: Path) -> str:
    return path.parent.parent.name


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=_language(path), abort_invalid=True)
    except PoFileError as error:
        raise ContentError(f"{path}:{error.lineno}: this is not a valid catalogue ({error}); check quotes here") from None
    except (UnicodeDecodeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise ContentError(f"{path}:1: the file cannot be read ({reason}); save it as UTF-8 text") from None


def _words(catalogue: Catalog) -> dict[str, str]:
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}


def _line(catalogue: Catalog, name: str) -> int:
    entry = catalogue.get(name)
    return entry.lineno or 1 if entry else 1
