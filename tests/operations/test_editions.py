"""What is published while the whole program runs: every part of it goes on with the new edition."""

from __future__ import annotations

import gc
import weakref
from typing import cast

import httpx
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.web import web_app
from bot.wiring import Program, build, utc_now
from content.editorial.edition import text_of
from escalation.console.state import Console
from escalation.publishing import Change, Publisher
from tests.operations.conftest import browsing, settings

PAGE = "messages/web_chat.yml"


def publish(program: Program, words: str, base: int) -> None:
    text = (text_of({}, PAGE) or "").replace("    say:\n    - ", f"    say:\n    - {words} ", 1)
    Publisher(program.record, lambda _: [], utc_now).publish([Change(PAGE, text, base)], by=None, note="")


async def shown(program_page: httpx.AsyncClient) -> str:
    return (await program_page.get("/")).text


async def test_every_part_goes_on_with_what_was_published(program: Program) -> None:
    edge = web_app(program)
    async with browsing(edge) as visitor:
        publish(program, "First of all,", 0)
        await program.editions.look()
        assert "First of all," in await shown(visitor)
        old = weakref.ref(program.service.library)
        publish(program, "Before anything,", 1)
        await program.editions.look()
        assert "Before anything," in await shown(visitor)
    gc.collect()
    assert old() is None, "some part of the program still has the words that were replaced"


async def test_what_cannot_be_used_is_a_problem_that_health_tells(program: Program) -> None:
    Publisher(program.record, lambda _: [], utc_now).publish([Change(PAGE, "group: [\n", 0)], by=None, note="")
    await program.editions.look()
    problems = (await program.health.report()).problems
    assert any(
        "What was published last cannot be used, and the content before it stays in force. messages/web_chat.yml:" in one
        for one in problems
    )


def test_while_setting_up_one_step_after_another_can_be_taken_on_the_settings_page(database_url: str) -> None:
    program = build(settings(database_url, mode="production"), setting_up=True)
    try:
        routes = cast(Starlette, web_app(program).app).routes
        staff = next(route for route in routes if isinstance(route, Mount) and route.path == "/staff")
        console: Console = cast(FastAPI, staff.app).state.console
        key, text = "helplines/norfolk.yml", text_of({}, "helplines/norfolk.yml") or ""
        confirmed = text.replace("confirmed_by_organisation: false", "confirmed_by_organisation: true")
        assert console.publisher.look([Change(key, confirmed, 0)]) == 1, "although nobody has signed the words yet"
    finally:
        program.record.close()
