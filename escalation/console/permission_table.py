"""The text of `docs/permissions.md`: every route of the console, and which roles it is open to. `python -m bot.permissions` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from escalation.console.labels import ROLES
from escalation.console.permissions import HALF, PUBLIC, TABLE, GatedRoute, gated_routes

HEADING = """# Who opens what

Every route of the staff console, and the roles it is open to. The table is made from the code by
`python -m bot.permissions`, and a test compares the two; another tries each route with each role. A route
without a permission cannot be added. Inside a page each role sees what it may of a case, no more
([`docs/safeguarding_rules.md`](safeguarding_rules.md): S05, S63, S82, S83); what follows only says who gets in.

"""
OPEN = {PUBLIC: "everybody, also without signing in", HALF: "whoever has given the password, before the code"}


def table(routers: Sequence[ModuleType]) -> str:
    """The whole document, for these modules of routes."""
    return HEADING + _permissions() + "".join(_section(module) for module in routers) + _rest()


def _permissions() -> str:
    rows = (f"| {name.replace('_', ' ')} | {_ticks(name)} |" for name in TABLE)
    return "\n".join(["## Permissions", "", *_head("permission"), *rows, "", ""])


def _section(module: ModuleType) -> str:
    rows = list(_rows(module))
    title = (module.__doc__ or "").split("\n")[0].split(":")[0].rstrip(".")
    return "\n".join([f"## {title}", "", *_head("route", "permission"), *rows, "", ""])


def _rows(module: ModuleType) -> Iterator[str]:
    for route in gated_routes(list(module.router.routes)):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield f"| `{method} /staff{route.path}` | {_named(route)} | {_ticks(route.permission)} |"


def _named(route: GatedRoute) -> str:
    return OPEN.get(route.permission) or route.permission.replace("_", " ")


def _head(*first: str) -> tuple[str, str]:
    names = [*first, *(name.lower() for name in ROLES.values())]
    return f"| {' | '.join(names)} |", f"|{'---|' * len(first)}{':-:|' * len(ROLES)}"


def _ticks(permission: str) -> str:
    """A tick for each role that gets in; what comes before a role is known is open to all."""
    roles = TABLE.get(permission, frozenset(ROLES))
    return " | ".join("✓" if role in roles else "" for role in ROLES)


def _rest() -> str:
    return "## Style, script and pictures\n\n`GET /staff/static/` is open to everybody: files that are the same for all.\n"
