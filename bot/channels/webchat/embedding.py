"""The chat inside another site's page: the script that the site loads. Which sites may show it is `BREAKWATER_EMBED_ON`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.channels.webchat.page import EXIT_TO, STATIC, Page
from escalation.console.pages import STATIC as TOKENS_FOLDER


def script(pages: Mapping[str, Page]) -> str:
    """`embed.js` with its words in each language and its style: a program that runs by itself, without loading more than the page."""
    given = {
        "words": {code: {"open": page.words["open_chat"], "lang": code} for code, page in pages.items()},
        "style": _style(),
        "exit": EXIT_TO,
    }
    return f"{_read('embed.js').rstrip()}({json.dumps(given)});\n"


def _style() -> str:
    tokens = (TOKENS_FOLDER / "tokens.css").read_text(encoding="utf-8")
    return tokens.replace(":root", ":host") + _read("embed.css")


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
