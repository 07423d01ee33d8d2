"""Where staff reach the console: for links in messages, for passkeys, and for the way back from the organisation's own sign-in."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from escalation.console.state import Console
from escalation.staff.passkeys import Party

_NAME_OF_LOOPBACK = "localhost"


def console_address(request: Request) -> str:
    """The console's own address, as a link in a message must name it."""
    base: str = request.scope.get("root_path", "")
    return _site(request) + base


def party(request: Request) -> Party | None:
    """To whom passkeys belong here; `None` at an address without a name, such as 127.0.0.1, where browsers know none."""
    console: Console = request.app.state.console
    site = urlsplit(_site(request))
    host = site.hostname or ""
    # Without a public address only this machine is ours, and a name that somebody made up for it is not.
    named = host == _NAME_OF_LOOPBACK or (console.settings.public_url is not None and host.rpartition(".")[2].isalpha())
    return Party(host, f"{site.scheme}://{site.netloc}", console.service.organisation) if named else None


def named_address(request: Request) -> str:
    """The same console under a name, for whoever opened it at the number of this machine."""
    site = urlsplit(_site(request))
    port = f":{site.port}" if site.port else ""
    base: str = request.scope.get("root_path", "")
    return f"{site.scheme}://{_NAME_OF_LOOPBACK}{port}{base}"


def _site(request: Request) -> str:
    console: Console = request.app.state.console
    return (console.settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
