"""Every route of the desk against every role, and against nobody."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from bot.desk.routes import ALL
from escalation.console.permissions import gated_routes
from tests.console.conftest import Open
from tests.console.test_permissions import asked

ROLES = {"worker": "Sam", "lead": "Jo", "editor": "Kit", "admin": "Robin"}
ROUTES = [
    (f"{method} {route.path}", route.permission)
    for module in ALL
    for route in gated_routes(list(module.router.routes))
    for method in sorted((route.methods or set()) - {"HEAD"})
]
TO = {"approve_content": {"lead"}, "see_training": {"lead", "editor", "admin"}, "train": {"lead", "admin"}}
"""To whom the desk's routes open that are not for editors and leads."""
LEADS_ALONE = {"POST /desk/drafts/{draft_id}/judge", "POST /desk/files/{key:path}/back-now", "POST /desk/files/{key:path}/stop-now"}


def test_leads_alone_judge_and_put_back_at_once(app: FastAPI) -> None:
    assert {route for route, permission in ROUTES if permission == "approve_content"} >= LEADS_ALONE


@pytest.mark.parametrize("role", ROLES)
async def test_editors_and_leads_get_in_and_nobody_else(browser: Open, role: str) -> None:
    someone = await browser(ROLES[role])
    for route, permission in ROUTES:
        opens = TO.get(permission, {"lead", "editor"})
        status = await asked(someone, route)
        assert (status not in (401, 403)) == (role in opens), f"{role}: {route} answered {status}"


async def test_nobody_gets_further_than_the_door(browser: Open) -> None:
    nobody = await browser("")
    for route, _ in ROUTES:
        assert await asked(nobody, route) == 401, route
