"""Which sites may show the chat on their pages is a setting, and holds for the chat alone."""

from __future__ import annotations

import json

import pytest

from bot.settings import SettingsError, load_settings
from bot.web import web_app
from bot.wiring import build
from tests.operations.conftest import browsing, settings

SITES = "https://www.hill-school.example https://council.example:8443"


def ancestors(policy: str) -> str:
    [found] = [part.strip() for part in policy.split(";") if "frame-ancestors" in part]
    return found.removeprefix("frame-ancestors ")


async def test_only_the_named_sites_may_show_the_chat_and_none_the_console(database_url: str) -> None:
    program = build(settings(database_url, embed_on=SITES))
    async with browsing(web_app(program)) as visitor:
        assert ancestors((await visitor.get("/")).headers["content-security-policy"]) == SITES
        for path in ("/staff/sign-in", "/livez", "/static/tokens.css"):
            assert ancestors((await visitor.get(path)).headers["content-security-policy"]) == "'none'", path
        script = await visitor.get("/embed.js")
    program.record.close()
    assert script.status_code == 200 and script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    given = json.loads(script.text.rpartition("})(")[2].strip().removesuffix(");"))
    assert given["words"]["en"] == {"open": "Chat", "lang": "en"} and "pl" in given["words"]
    assert given["exit"] == "https://www.bbc.co.uk/weather"


async def test_without_the_setting_no_site_may(database_url: str) -> None:
    program = build(settings(database_url))
    async with browsing(web_app(program)) as visitor:
        assert ancestors((await visitor.get("/")).headers["content-security-policy"]) == "'none'"
        assert (await visitor.get("/embed.js")).status_code == 404
    program.record.close()


@pytest.mark.parametrize(
    "wrong", ["www.school.example", "https://school.example/path", "*", "https://*.example", "https://a.example; script-src *", "'self'"]
)
def test_what_is_no_site_stops_the_start_with_one_line(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("BREAKWATER_EMBED_ON", wrong)
    with pytest.raises(SettingsError, match=r"BREAKWATER_EMBED_ON: .*https://www\.school\.example") as refused:
        load_settings()
    assert "\n" not in str(refused.value)
