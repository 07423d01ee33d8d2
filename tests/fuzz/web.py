"""Every route of the web chat and of the console, with what its description allows and with what it does not (schemathesis).

No description is served; it is made here from the routes. Streams of events do not end and are left out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any, cast

import httpx
import schemathesis
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import GenerationMode
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.webchat.requests import Open, Press, Return, Send
from tests.operations.conftest import SITE

NEVER_END = ("/events", "/chat/stream")
BODIES: dict[str, type[BaseModel]] = {"/chat/open": Open, "/chat/send": Send, "/chat/press": Press, "/chat/return": Return}
QUERIES = {"/": ("lang",), "/chat/messages": ("after",)}
AT_ONCE = 30
"""Inputs to one route before the next has its turn."""

Case = dict[str, Any]


def chat_described(app: Starlette) -> dict[str, Any]:
    """What the routes of the chat take, as OpenAPI: it reads what it is sent by its own models."""
    paths: dict[str, dict[str, Any]] = {}
    for route in (route for route in app.routes if isinstance(route, Route) and route.path not in NEVER_END):
        parts = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.param_convertors]
        asked = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in QUERIES.get(route.path, ())]
        operation: dict[str, Any] = {"parameters": [*parts, *asked], "responses": {}}
        if model := BODIES.get(route.path):
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}
        paths[route.path] = {method.lower(): operation for method in route.methods or ()}
    return {"openapi": "3.1.0", "info": {"title": "fuzz", "version": "1"}, "paths": paths}


def described(app: FastAPI, known: dict[str, list[str]], below: str) -> dict[str, Any]:
    """What the routes of an app take, as OpenAPI.

    `known`: values that are there, by the name of the part of the path, so that not every case and colleague is unknown.
    """
    made = get_openapi(title="fuzz", version="1", routes=list(_routes(app.routes)))
    paths = {f"{below}{path}": deepcopy(what) for path, what in made["paths"].items() if path not in NEVER_END}
    for operation in (operation for path in paths.values() for operation in path.values()):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and known.get(parameter["name"]):
                parameter["schema"] = {"anyOf": [{"enum": known[parameter["name"]]}, {"type": "string"}]}
    return {**made, "paths": paths}


def _routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    yield from (route for route in routes if not isinstance(route, Mount))


def mounted(app: Starlette, path: str) -> Starlette:
    """The app that is mounted below this path of another."""
    return next(cast(Starlette, route.app) for route in app.routes if isinstance(route, Mount) and route.path == path)


def inputs(description: dict[str, Any], dice: random.Random) -> Iterator[Case]:
    """Requests to every route in turn, for ever: as described, and against the description."""
    operations: list[Any] = [cast(Any, found).ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()]
    while True:
        dice.shuffle(operations)
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                yield from _some(operation, mode, dice.randrange(2**32))


def _some(operation: Any, mode: GenerationMode, number: int) -> list[Case]:
    found: list[Case] = []

    @seed(number)
    @settings(max_examples=AT_ONCE, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case.as_transport_kwargs(base_url=SITE))

    with suppress(Unsatisfiable):  # such as a route without anything that could be against its description
        collect()
    return found


async def send(client: httpx.AsyncClient, case: Case) -> None:
    """Send a request. Raises `AssertionError` for an answer of 500 and above, but for 503: it says that something is away."""
    given = {name: case[name] for name in ("params", "json", "data") if case.get(name) is not None}
    try:
        request = client.build_request(case["method"], case["url"], **given)
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError):  # nothing that a client could send
        return
    answer = await client.send(request)
    assert answer.status_code < 500 or answer.status_code == 503, f"{answer.status_code} for {case['method']} {case['url']} {given!r:.600}"
