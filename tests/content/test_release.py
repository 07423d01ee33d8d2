"""In production only words are said that are signed off and not overdue; the bot's own words block the start instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.rehearsal.house import Clock, House, YoungPerson
from bot.service import load_service, note_what_editors_owe
from bot.settings import Settings, SettingsError
from content.editorial.library import Library
from content.editorial.release import held, reason_to_hold
from content.editorial.schema import Script, Sign, SignOff
from escalation.context import Service
from nlu.noticing import Noticing

SIGN = Sign(name="Jo Hart", on=date(2026, 11, 1))
SIGNED = SignOff(editor=SIGN, safeguarding_lead=SIGN, youth_panel=SIGN)
TODAY = date(2026, 11, 21)


def signed(script: Script, review_by: date = date(2027, 5, 1)) -> Script:
    return script.model_copy(update={"status": "signed_off", "sign_off": SIGNED, "review_by": review_by})


def test_a_draft_is_held_and_says_what_it_needs(words: Library) -> None:
    assert reason_to_hold(words.scripts["sleep"], TODAY) == (
        "its status is draft; it needs the sign-offs of editor, safeguarding lead and youth panel"
    )


def test_a_signed_script_is_served_until_its_review_is_overdue(words: Library) -> None:
    assert reason_to_hold(signed(words.scripts["sleep"]), TODAY) is None
    overdue = signed(words.scripts["sleep"], review_by=date(2026, 11, 20))
    assert reason_to_hold(overdue, TODAY) == "its review was due on 20 November 2026; review it again and sign it off"


def test_retired_words_are_never_served(words: Library) -> None:
    assert held({"guidance/sleep": signed(words.scripts["sleep"]).model_copy(update={"status": "retired"})}, TODAY) == [
        "guidance/sleep: it is retired; take it out of the folder"
    ]


def test_production_does_not_start_with_unsigned_words_of_the_bots_own() -> None:
    with pytest.raises(SettingsError, match=r"messages/consent.yml: its status is draft"):
        load_service(Settings.model_construct(mode="production", area="uk", organisation="O", bot_name="B", time_zone="Europe/London"))


def test_the_log_of_a_start_in_production_names_facts_that_are_said_though_nobody_confirmed_them(
    words: Library, caplog: pytest.LogCaptureFixture
) -> None:
    scripts = {"sleep": signed(words.scripts["sleep"]), "anxiety": words.scripts["anxiety"]}
    note_what_editors_owe(Library(scripts=scripts), TODAY)
    assert [record.getMessage() for record in caplog.records] == [
        "not served: guidance/anxiety: its status is draft; it needs the sign-offs of editor, safeguarding lead and youth panel",
        "served unconfirmed: guidance/sleep: a nurse has not confirmed what is said on health in hours",
    ]


async def test_unsigned_guidance_is_not_said_and_something_else_is(service: Service, house: House, noticing: Noticing) -> None:
    scripts = {**service.library.scripts, "sleep": signed(service.library.scripts["sleep"])}
    strict = replace(service, library=replace(service.library, scripts=scripts), only_signed=True)
    person = YoungPerson(House(house.record, strict, noticing, Clock()))
    await person.starts()
    said = {topic: await person.says(text, topic=topic) for topic, text in (("sleep", "i cant sleep"), ("scams_money", "is this a scam"))}
    texts = {topic: [line.text for line in lines] for topic, lines in said.items()}
    assert scripts["sleep"].steps["start"].say[0] in texts["sleep"]
    assert scripts["scams_money"].steps["start"].say[0] not in texts["scams_money"]
    assert texts["scams_money"]
