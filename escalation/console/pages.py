"""Turning templates into pages: one environment, with autoescape, strict about names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from escalation.console import choices, labels, moments
from escalation.console.evidence import marked
from escalation.console.permissions import allowed
from escalation.console.rooms import Room
from escalation.console.state import Console
from escalation.staff.sign_in import SignedIn
from escalation.words import clock
from nlu.understanding import Level

HERE = Path(__file__).parent
STATIC = HERE / "static"

_FOLDERS = ChoiceLoader([FileSystemLoader(HERE / "templates")])
_ENVIRONMENT = Environment(
    loader=_FOLDERS,
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals.update(
    labels=labels,
    agreement=labels.agreement,
    flag=labels.flag,
    allowed=allowed,
    marked=marked,
    span=moments.span,
    until=moments.until,
)


def page(request: Request, template: str, me: SignedIn | None, status: int = 200, **named: Any) -> HTMLResponse:
    """A whole page for this request. The template gets who is signed in, where the console is mounted, and the time."""
    console: Console = request.app.state.console
    now, zone = console.clock(), console.service.zone
    common = {
        "me": me,
        "base": request.scope.get("root_path", ""),
        "path": request.url.path,
        "asset": _ASSETS,
        "choices": choices.of(request),
        "organisation": console.service.organisation,
        "bot_name": console.service.bot_name,
        "now": now,
        "zone": zone,
        "exact": lambda at: moments.exact(at, zone),
        "at": lambda at: clock(at, now, console.service),
        "urgency": lambda level: console.service.library.message(f"staff.urgency_{Level(level).id}").say[0],
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(common | named), status)


def furnish(room: Room) -> None:
    """Find this room's templates from now on too, and its static files as `asset["<room>/<file>"]`."""
    folder = FileSystemLoader(room.folder / "templates")
    if all(folder.searchpath != known.searchpath for known in _FOLDERS.loaders if isinstance(known, FileSystemLoader)):
        _FOLDERS.loaders = [*_FOLDERS.loaders, folder]
    _ASSETS.update({f"{room.name}/{name}": f"{room.name}/{address}" for name, address in _fingerprints(room.static).items()})


def document(template: str, **named: Any) -> str:
    """A page that stands by itself, with its styles in it, to be kept as a file."""
    styles = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("tokens.css", "console.css"))
    return _ENVIRONMENT.get_template(template).render(named | {"styles": Markup(styles)})  # noqa: S704


def redirect(request: Request, path: str) -> RedirectResponse:
    """On to another page of the console, by a GET. The address is relative to our own, whatever stands in front of us."""
    return RedirectResponse(request.scope.get("root_path", "") + path, 303)


def _fingerprints(folder: Path) -> dict[str, str]:
    """Each static file with a part of its hash, so that a browser keeps it until it changes."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".css", ".js", ".svg")]
    return {path.name: f"{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}" for path in files}


_ASSETS = _fingerprints(STATIC)
