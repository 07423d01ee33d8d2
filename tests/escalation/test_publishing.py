"""Publishing while the program runs: the new words are said next, a mistake is refused whole, and nobody overwrites the other."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from bot.desk.drafting.stopping import stopped
from bot.editions import Edition, Editions, load_edition, refused
from bot.rehearsal.house import House, YoungPerson
from bot.settings import Settings
from content.editorial.edition import Texts, text_of
from escalation.publishing import Change, Outdated, Publisher, Unfit
from escalation.record import audit, published
from escalation.record.tables import AuditRow
from nlu.noticing import Noticing
from tests.published import CHECK

pytestmark = pytest.mark.slow
MENU = "messages/conversation.yml"
SLEEP = "guidance/wellbeing/sleep.yml"
TIMES = "policy/escalation.yml"


def edited(key: str, old: str, new: str) -> str:
    text = text_of({}, key)
    assert text is not None
    assert old in text
    return text.replace(old, new, 1)


@pytest.fixture
def publisher(house: House) -> Publisher:
    return Publisher(house.record, CHECK, house.clock)


@pytest.fixture
def quick(house: House) -> Publisher:
    """A publisher where the check is not what is tested."""
    return Publisher(house.record, lambda _: [], house.clock)


@pytest.fixture
def editions(house: House, noticing: Noticing) -> Editions:
    """The words and policy in force, in the parts of the house."""
    load = partial(load_edition, Settings(_env_file=None), house.record)
    made = Editions(house.record, Edition(0, {}, house.service, noticing), load)
    made.tell(lambda edition: _use(house, edition))
    return made


def _use(house: House, edition: Edition) -> None:
    house.handler.use(edition.service, edition.noticing)
    house.intake.use(edition.service)
    house.ticking.use(edition.service)


def change(house: House, key: str, text: str | None) -> Change:
    return Change(key, text, house.record.read(lambda tx: published.version_of(tx, key)))


async def test_a_published_change_is_what_a_young_person_reads_next(
    house: House, young: YoungPerson, publisher: Publisher, editions: Editions
) -> None:
    await young.starts()
    before = [line.text for line in await young.says("cheers", "thanks")]
    key = "guidance/conversation/thanks.yml"
    text = text_of({}, key)
    assert text is not None
    first = before[0]
    assert first in text
    publisher.publish([change(house, key, text.replace(first, "Any time. I mean it."))], by=None, note="warmer")
    await editions.look()
    assert (await young.says("cheers", "thanks"))[0].text == "Any time. I mean it."


async def test_the_phrases_are_those_that_were_published(house: House, quick: Publisher, editions: Editions) -> None:
    key = "risk_phrases/suicide.yml"
    text = text_of({}, key)
    assert text is not None
    first = text.index("  phrases:\n") + len("  phrases:\n")
    indent = text[first : text.index("-", first)]
    assert not house.handler.danger("i see lanterns over the lake")
    again = editions.in_force.noticing
    quick.publish([change(house, key, text[:first] + f"{indent}- see lanterns over the lake\n" + text[first:])], by=None, note="")
    await editions.look()
    assert editions.in_force.noticing is not again
    assert editions.in_force.noticing.check("i see lanterns over the lake").evidence


async def begins(young: YoungPerson, editions: Editions) -> str:
    """They open the script about sleep; returns the first button that leads on in it."""
    await young.starts()
    await young.says("i cant sleep", "sleep")
    return next(one.label for one in editions.in_force.service.library.scripts["sleep"].steps["start"].buttons if ":" not in one.go)


async def test_whoever_is_in_the_middle_of_a_script_finishes_it_for_a_day_and_begins_the_new_one_afterwards(
    house: House, young: YoungPerson, quick: Publisher, editions: Editions
) -> None:
    label, shipped = await begins(young, editions), editions.in_force.service.library.scripts["sleep"]
    step = next(one.go for one in shipped.steps["start"].buttons if one.label == label)
    quick.publish([change(house, SLEEP, _without_steps())], by=None, note="shorter")
    await editions.look()
    old = shipped.steps[step].chosen("unknown", False)[0]
    assert (await young.taps(label))[0].text == old
    other = YoungPerson(house, address="young-2")
    await other.starts()
    assert (await other.says("i cant sleep", "sleep"))[0].text == "Lots of people lie awake at night."
    await young.says("menu", "menu")
    assert (await young.says("i cant sleep", "sleep"))[0].text == "Lots of people lie awake at night."


async def test_a_script_that_was_begun_is_finished_after_a_restart_too_and_not_after_a_day(
    house: House, young: YoungPerson, quick: Publisher, editions: Editions, noticing: Noticing
) -> None:
    label, shipped = await begins(young, editions), editions.in_force.service.library.scripts["sleep"]
    quick.publish([change(house, SLEEP, _without_steps())], by=None, note="shorter")
    again = load_edition(Settings(_env_file=None), house.record)
    _use(house, again)
    said = await young.taps(label)
    assert said[0].text in {text for step in shipped.steps.values() for text in step.chosen("unknown", False)}
    house.clock.move(hours=25)
    assert "from earlier" in (await young.taps(label))[0].text


async def test_a_script_that_a_lead_stopped_at_once_is_finished_by_nobody(
    house: House, young: YoungPerson, quick: Publisher, editions: Editions
) -> None:
    label = await begins(young, editions)
    shipped = editions.in_force.service.library.scripts["sleep"]
    words = {text for step in shipped.steps.values() for text in step.chosen("unknown", False)}
    quick.publish(house.record.read(lambda tx: stopped(tx, SLEEP)), by=None, note="it harms", at_once=True)
    await editions.look()
    assert not words & {line.text for line in await young.taps(label)}
    assert not words & {line.text for line in await young.says("i cant sleep", "sleep")}
    await young.says("say that again simpler", "repeat_simpler")
    assert house.handler.turns["fell_back"] == 0


async def test_helplines_are_the_newest_also_for_whoever_finishes_an_older_script(
    house: House, young: YoungPerson, quick: Publisher, editions: Editions
) -> None:
    await begins(young, editions)
    helplines = edited("helplines/uk.yml", "0800 1111", "0800 2222")
    quick.publish([change(house, SLEEP, _without_steps()), change(house, "helplines/uk.yml", helplines)], by=None, note="new number")
    await editions.look()
    said = "\n".join(line.text for line in await young.taps_token("0:do:helplines"))
    assert "0800 2222" in said
    assert "0800 1111" not in said


async def test_of_a_script_that_changes_often_a_few_earlier_versions_are_held(house: House, quick: Publisher) -> None:
    for number in range(5):
        quick.publish([change(house, SLEEP, _without_steps().replace("Lots of", f"{number} of"))], by=None, note="")
    held = load_edition(Settings(_env_file=None), house.record).service.replaced
    assert [one.until for one in held["sleep"]] == [2, 3, 4]
    assert [one.scripts["en"].steps["start"].chosen("unknown", False)[0][0] for one in held["sleep"]] == ["1", "2", "3"]


def test_the_earlier_version_of_a_script_is_held_in_each_language(house: House, quick: Publisher) -> None:
    polish = "guidance/rights_and_help/how_to_tell_someone.pl.yml"
    text = text_of({}, polish)
    assert text
    quick.publish([change(house, polish, None)], by=None, note="to be read once more")
    [held] = load_edition(Settings(_env_file=None), house.record).service.replaced["how_to_tell_someone"]
    assert set(held.scripts) == {"en", "pl"}
    assert held.speaking("pl") is held.scripts["pl"]
    assert held.speaking("cy") is held.scripts["en"]


def _without_steps() -> str:
    text = text_of({}, SLEEP)
    assert text is not None
    head = text[: text.index("steps:\n")]
    return head + (
        "steps:\n  start:\n    say: [Lots of people lie awake at night.]\n    easy: [Many people lie awake at night.]\n"
        '    buttons: [{label: "Menu", go: "do:menu"}]\n'
    )


def test_what_the_check_refuses_is_not_stored_and_the_reasons_name_file_line_and_what_to_do(house: House, publisher: Publisher) -> None:
    texts = {
        "policy/ending.yml": edited("policy/ending.yml", "answer_days: 2", "answer_days: 3"),
        TIMES: edited(TIMES, "{minutes: 15, least: 5", "{minutes: 2, least: 5"),
        "guidance/conversation/thanks.yml": edited(
            "guidance/conversation/thanks.yml", "    say:\n", "    say:\n    - I will keep it secret.\n"
        ),
        "messages/code_word.yml": None,
    }
    with pytest.raises(Unfit) as unfit:
        publisher.publish([change(house, key, text) for key, text in texts.items()], by=None, note="")
    said = str(unfit.value)
    assert "policy/escalation.yml:8: error: promises.concern: least, minutes and most go up in this order; correct it" in said
    assert "guidance/conversation/thanks.yml:" in said
    assert "secret" in said
    assert "messages/code_word.yml:1: error: the program needs the message" in said
    assert "ending.yml" not in said
    assert house.record.read(published.number) == 0


async def test_a_publish_that_cannot_be_used_after_all_leaves_the_old_words_in_force(house: House, editions: Editions) -> None:
    before = editions.in_force
    Publisher(house.record, lambda _: [], house.clock).publish([change(house, MENU, "group: [\n")], by=None, note="past the check")
    await editions.look()
    assert editions.in_force is before
    assert editions.problem.startswith(f"{MENU}:")
    await editions.look()
    shipped = text_of({}, MENU)
    Publisher(house.record, lambda _: [], house.clock).publish([change(house, MENU, shipped)], by=None, note="mended")
    await editions.look()
    assert editions.in_force.number == 2
    assert editions.problem == ""


def test_the_second_of_two_editors_overwrites_nothing(house: House, quick: Publisher) -> None:
    mine, yours = change(house, TIMES, edited(TIMES, "minutes: 15", "minutes: 14")), change(house, TIMES, "yours: 1\n")
    quick.publish([mine], by=None, note="")
    with pytest.raises(Outdated):
        quick.publish([yours], by=None, note="")
    assert house.record.read(published.texts) == {TIMES: mine.text}


def test_two_changes_that_are_right_alone_and_wrong_together_are_checked_together(house: House) -> None:
    """The second is published while the first is being checked, so the first is checked once more, with it."""
    looked: list[Texts] = []

    def check(texts: Texts) -> list[object]:
        looked.append(texts)
        if len(looked) == 1:
            other = Publisher(house.record, lambda _: [], house.clock)
            other.publish([change(house, SLEEP, "other: 1\n")], by=None, note="")
        return []

    Publisher(house.record, check, house.clock).publish([change(house, TIMES, "x: 1\n")], by=None, note="")  # type: ignore[arg-type]
    assert [set(texts) for texts in looked] == [{TIMES}, {TIMES, SLEEP}]


def test_each_publish_is_a_version_that_stays_and_an_entry_of_the_audit(house: House, quick: Publisher) -> None:
    jo = house.hire("Jo", "lead")
    for minutes in (14, 13):
        quick.publish([change(house, TIMES, edited(TIMES, "minutes: 15", f"minutes: {minutes}"))], by=jo.id, note=f"{minutes} will do")
    assert quick.publish([change(house, TIMES, edited(TIMES, "minutes: 15", "minutes: 13"))], by=jo.id, note="the same") == 0
    found = house.record.read(lambda tx: published.versions(tx, TIMES))
    assert [(one.version, one.by, one.note) for one in found] == [(2, "Jo", "13 will do"), (1, "Jo", "14 will do")]
    assert "minutes: 14" in (house.record.read(lambda tx: published.text_at(tx, TIMES, 1)) or "")
    rows = house.record.read(lambda tx: list(tx.session.scalars(select(AuditRow).where(AuditRow.action == "published_content"))))
    assert [row.staff_id for row in rows] == [jo.id, jo.id]
    assert house.record.read(audit.first_broken) is None


def test_in_production_nothing_is_published_that_production_would_not_start_with() -> None:
    problems = [str(problem) for problem in refused({}, production=True)]
    assert any("policy/retention.yml" in problem and "error" in problem for problem in problems)
    assert any(problem.startswith("messages/emergency.yml:1: error: its status is draft") for problem in problems)
