"""The page itself: one template, filled with the reviewed words of `content/messages/web_chat.yml`."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from escalation.context import Service
from escalation.words import message

HERE = Path(__file__).parent
STATIC = HERE / "static"
EXIT_TO = "https://www.bbc.co.uk/weather"
"""Where "Leave quickly" goes: a page that anybody might look at."""

WORDS = (
    "title",
    "skip",
    "intro",
    "start",
    "leave",
    "leave_hint",
    "danger",
    "danger_silent",
    "talk_line",
    "no_script",
    "log",
    "box",
    "send",
    "privacy",
    "easy_words",
    "have_code",
    "code_label",
    "code_hint",
    "code_open",
    "close",
    "carry_on",
    "you",
    "bot_says",
    "sending",
    "sent",
    "not_sent",
    "slow_down",
    "offline",
    "no_cookies",
    "too_long",
    "empty",
    "code_wrong",
    "code_wait",
    "code_done",
    "try_again",
    "lost_page",
)
"""The messages that the page needs, of group `web_chat`."""


def words(service: Service) -> dict[str, str]:
    """The page's words by name, one paragraph each."""
    return {name: " ".join(_paragraphs(service, f"web_chat.{name}")) for name in WORDS}


def render(service: Service) -> str:
    """The whole page. It is the same for everybody: what was said comes later, and only to its own browser."""
    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.filters["numbers"] = _numbers
    return pages.get_template("chat.html").render(
        words=words(service),
        intro=_paragraphs(service, "web_chat.intro"),
        limits=_paragraphs(service, "conversation.limits"),
        bot_name=service.bot_name,
        organisation=service.organisation,
        exit_to=EXIT_TO,
    )


def _paragraphs(service: Service, id: str) -> tuple[str, ...]:
    return message(service.library, id, bot_name=service.bot_name, organisation=service.organisation)


def _numbers(text: str) -> Markup:
    """Telephone numbers that can be tapped."""
    escaped = str(Markup.escape(text))
    return Markup(re.sub(r"(?<!\d)(999|0800 1111)(?!\d)", _link, escaped))  # noqa: S704 - escaped above


def _link(found: re.Match[str]) -> str:
    return f'<a href="tel:{found[0].replace(" ", "")}">{found[0]}</a>'
