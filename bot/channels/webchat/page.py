"""The page itself: one template, filled with interface words and the reviewed sentences of `content/messages/web_chat.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from escalation.context import Service
from escalation.words import message

HERE = Path(__file__).parent
STATIC = HERE / "static"
EXIT_TO = "https://www.bbc.co.uk/weather"
"""Where "Leave quickly" goes: a page that anybody might look at."""

SENTENCES = ("danger", "danger_silent", "talk_line", "no_script")
"""The messages of group `web_chat` that stand on the page, one paragraph each."""

TOLD = ("you", "bot_says", "sending", "sent", "not_sent", "slow_down", "offline", "lost_page", "try_again", "remembered", "forgotten")
"""The words that the page's scripts show."""

LABELS = (
    *("title", "skip", "start", "leave", "leave_hint", "log", "menu", "box", "send", "privacy", "easy_words"),
    *("have_code", "code_label", "code_hint", "code_open", "close", "carry_on", "you", "bot_says"),
    *("sending", "sent", "not_sent", "slow_down", "offline", "too_long", "empty", "newer", "more_help"),
    *("code_wrong", "code_wait", "code_done", "try_again", "lost_page", "open_chat"),
    *("options", "text_size", "text_normal", "text_large", "text_largest"),
    *("remember", "remember_yes", "remember_no", "remembered", "forgotten"),
)
"""The interface words that the page needs."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page in one language: its words by name, and itself. It is the same for everybody: what was said comes later."""

    words: dict[str, str]
    html: str


def pages(service: Service, now: datetime) -> dict[str, Page]:
    """The page in each language that can be chosen now."""
    spoken = {code: service.speaking(code, now) for code in service.languages(now)}
    names = {code: one.library.label("language_name") for code, one in spoken.items()}
    return {code: _page(code, one, {other: name for other, name in names.items() if other != code}) for code, one in spoken.items()}


def _page(code: str, service: Service, others: dict[str, str]) -> Page:
    labels = {name: service.library.label(name, **({"bot_name": service.bot_name} if name == "bot_says" else {})) for name in LABELS}
    words = labels | {name: " ".join(_paragraphs(service, f"web_chat.{name}")) for name in SENTENCES}
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["numbers"] = _numbers
    html = environment.get_template("chat.html").render(
        language=code,
        lang="en-GB" if code == "en" else code,
        direction=Locale.parse(code).text_direction,
        others=others,
        words=words,
        intro=_paragraphs(service, "web_chat.intro"),
        which=_paragraphs(service, "apps.which"),
        apps=_apps(service),
        limits=_paragraphs(service, "conversation.limits"),
        remember=_paragraphs(service, "web_chat.remember"),
        no_files=" ".join(_paragraphs(service, "conversation.media")),
        told=TOLD,
        bot_name=service.bot_name,
        organisation=service.organisation,
        exit_to=EXIT_TO,
    )
    return Page(words, html)


def _apps(service: Service) -> list[tuple[str, str]]:
    """The apps by which they can write as well, each with the age it is for, and a link where there is one (S35)."""
    shown = [app for app in service.apps.values() if app.public and not app.own_page]
    links = {urlsplit(link).hostname: link for link in service.app_links}
    return [
        (message(service.library, "apps.which_from", app=app.title, age=str(app.minimum_age or 0))[0], links.get(app.links_to, ""))
        for app in shown
    ]


def _paragraphs(service: Service, id: str) -> tuple[str, ...]:
    return message(service.library, id, bot_name=service.bot_name, organisation=service.organisation)


def _numbers(text: str) -> Markup:
    """Telephone numbers that can be tapped."""
    escaped = str(Markup.escape(text))
    return Markup(re.sub(r"(?<!\d)(999|0800 1111)(?!\d)", _link, escaped))  # noqa: S704 - escaped above


def _link(found: re.Match[str]) -> str:
    return f'<a href="tel:{found[0].replace(" ", "")}">{found[0]}</a>'
