"""What is wrong with a file that is edited as text, by line."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.desk.editing.shapes import shape_of
from content.editorial.edition import kind_of
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, read_file, read_yaml
from content.editorial.schema import Directory


def found_in_text(key: str, text: str) -> list[Problem]:
    """What keeps this text from being read as a file of its kind, in the order of its lines; the words are looked at before publishing."""
    shape = shape_of(key)
    schema = shape.schema if shape else Directory if kind_of(key) == "helplines" and "." not in key.removesuffix(".yml") else None
    with TemporaryDirectory(prefix="breakwater-text-") as folder:
        path = Path(folder) / "file.yml"
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            read_file(path, schema) if schema else read_yaml(path)
        except ContentError as error:
            return sorted(from_error(ContentError(str(error).replace(f"{path}:", f"{key}:"))))
    return []
