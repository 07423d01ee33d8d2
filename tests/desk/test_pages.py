"""The desk's pages through the real app."""

from __future__ import annotations

from tests.console.conftest import Open

KEY = "guidance/relationships/consent.yml"


async def test_an_editor_finds_a_script_by_its_words(browser: Open) -> None:
    kit = await browser("Kit")
    page = await kit.get("/desk?q=consent+means&kind=guidance")
    assert page.status_code == 200
    assert "What consent means" in page.text


async def test_a_file_says_that_nobody_is_changing_it(browser: Open) -> None:
    kit = await browser("Kit")
    page = await kit.get(f"/desk/files/{KEY}")
    assert page.status_code == 200
    assert "Nobody is changing this file." in page.text
