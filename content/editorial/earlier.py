"""Scripts as they were before something newer took their place, for those who are in the middle of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from content.editorial.interface import ENGLISH
from content.editorial.reading import ContentError, read_file
from content.editorial.schema import Script
from content.editorial.siblings import read_sibling

log = logging.getLogger(__name__)

FINISHED_WITHIN = timedelta(days=1)
"""For so long somebody goes on with the script that they began, although another version is in force."""


@dataclass(frozen=True)
class Earlier:
    """A script that was replaced, by language. `until`: the number of the last edition that it was in."""

    until: int
    scripts: Mapping[str, Script]

    def speaking(self, language: str) -> Script | None:
        """The script in this language, else in English."""
        return self.scripts.get(language) or self.scripts.get(ENGLISH)


def earlier(until: int, texts: Mapping[str, str]) -> Earlier:
    """The script of these files, `guidance/<theme>/<topic>.yml` and the same in other languages; without those that do not read any more."""
    with TemporaryDirectory(prefix="breakwater-earlier-") as name:
        folder = Path(name)
        for key, text in texts.items():
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_text(text, encoding="utf-8", newline="")
        found = {}
        for key in texts:
            language = Path(key).stem.partition(".")[2]
            try:
                found[language or ENGLISH] = read_sibling(folder, folder / key).merged if language else read_file(folder / key, Script)
            except ContentError as error:
                log.warning("nobody goes on with what was there before: %s", str(error).replace(f"{folder}/", ""))
    return Earlier(until, found)
