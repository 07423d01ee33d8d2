"""Pictures: drawings of our own, of shapes alone. Nothing in them runs, and nothing in them reaches out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from xml.parsers import expat

from content.editorial.reading import ContentError
from content.editorial.schema import Script

FOLDER = "pictures"
MOST_BYTES = 8 * 1024
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = re.compile("svg|g|title|desc|defs|style|path|rect|circle|ellipse|line|polyline|polygon")
_PROPERTIES = re.compile(
    "xmlns|viewBox|width|height|class|id|d|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|points|transform|fill|fill-rule|fill-opacity|opacity|"
    "stroke|stroke-width|stroke-linecap|stroke-linejoin|stroke-dasharray"
)
_REACHES_OUT = re.compile(r"(?i)url\s*\(|@import|https?:|javascript:|data:|\\")


class _Unsafe(Exception):
    """What is wrong with a drawing, and what to do."""


def load_pictures(folder: Path, scripts: Iterable[Script]) -> dict[str, bytes]:
    """Every picture that a script shows, by file name. Raises `ContentError`."""
    named = {step.picture.file for script in scripts for step in script.steps.values() if step.picture}
    return {name: read_picture(folder / FOLDER / name) for name in sorted(named)}


def read_picture(path: Path) -> bytes:
    """A drawing that is safe to show. Raises `ContentError`; one that is too big is not read at all."""
    if not path.is_file():
        raise ContentError(f"{path}:1: there is no such picture; put it there, or take it out of the script that names it")
    if (size := path.stat().st_size) > MOST_BYTES:
        what = f"the picture has {size:,} bytes, and {MOST_BYTES:,} are the most"
        raise ContentError(f"{path}:1: {what}; draw it with fewer shapes, as an SVG without photos in it")
    data, reader = path.read_bytes(), expat.ParserCreate()
    try:
        _parse(reader, data)
    except _Unsafe as error:
        raise ContentError(f"{path}:{reader.CurrentLineNumber}: {error}") from None
    except expat.ExpatError as error:
        raise ContentError(
            f"{path}:{error.lineno}: this is not a valid SVG file ({error}); save it from the drawing program again"
        ) from None
    return data


def _parse(reader: expat.XMLParserType, data: bytes) -> None:
    texts: list[str] = []
    reader.StartElementHandler = _shape
    reader.CharacterDataHandler = texts.append
    reader.StartDoctypeDeclHandler = lambda *_: _refuse("a picture may not declare a document type", "take the <!DOCTYPE ...> out")
    reader.ProcessingInstructionHandler = lambda *_: _refuse("a picture may hold no instructions", "take the <?...?> out")
    reader.Parse(data, True)
    _stays_inside("".join(texts))  # all of it together: a comment may stand in the middle of a word


def _shape(name: str, properties: dict[str, str]) -> None:
    if not _SHAPES.fullmatch(name):
        _refuse(f"a picture may not hold <{name}>", "use shapes only: no script, link, image, text or animation")
    for property, value in properties.items():
        if not _PROPERTIES.fullmatch(property):
            _refuse(f"{property!r} is not allowed in a picture", "use shapes and colours only: nothing that runs, nothing from elsewhere")
        if property != "xmlns":
            _stays_inside(value)
        elif value != _SVG:
            _refuse(f"{value!r} is not SVG", f'write xmlns="{_SVG}"')


def _stays_inside(text: str) -> None:
    if found := _REACHES_OUT.search(text):
        _refuse(f"{found[0]!r} reaches outside the picture", "take it out: a picture uses nothing from elsewhere")


def _refuse(what: str, to_do: str) -> None:
    raise _Unsafe(f"{what}; {to_do}")
