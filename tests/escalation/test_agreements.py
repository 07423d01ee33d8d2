"""The ledger of agreements in the record: each entry holds its words, its scope, for whom and until when, and only then it is read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation import cases, reading
from escalation.agreements import With, Wording, agreed, agreed_in, as_shown, enter
from escalation.cases import Noticed
from escalation.consent import NOTHING, Kind, Scope, Shared
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import AgreementRow, CaseRow
from nlu.understanding import Level

WORDING = Wording("consent.confirm_chat", "3", "Shall I send it?", "pl")


def a_case(house: House, name: str = "young-1") -> CaseRow:
    """Somebody to whom an adult was offered."""

    def offer(tx: Tx) -> CaseRow:
        someone, _ = people.find_or_create(tx, "webchat", name, house.clock())
        return cases.offer(tx, someone, Noticed(Level.CONCERN, ("bullying",), "self", frozenset(), None), house.clock())

    return house.record.write(offer)


def entries(house: House) -> list[AgreementRow]:
    return house.record.read(lambda tx: list(tx.session.scalars(select(AgreementRow).order_by(AgreementRow.seq))))


@pytest.mark.rule("S01")
def test_an_entry_holds_its_exact_words_sealed_and_everything_that_was_agreed(house: House) -> None:
    house.hire("Jo", "lead")
    case, now, ends, jo = a_case(house), house.clock(), house.clock() + timedelta(days=30), house.staff("Jo").id

    def both(tx: Tx) -> None:
        enter(tx, case, Kind.GIVEN, WORDING, now, scope=Scope.CHAT, expires_at=ends)
        enter(tx, case, Kind.OVERRIDE, WORDING, now, whom=With("police", "outside"), decided_by=jo, detail={"reason": "a child"})

    house.record.write(both)
    given, override = entries(house)
    assert (given.person_id, given.case_id, given.kind, given.scope) == (case.person_id, case.id, "given", "chat")
    assert (given.recipient, given.recipient_role, given.at, given.expires_at) == ("on_duty", "worker", now, ends)
    assert (given.wording_id, given.wording_version, given.language) == ("consent.confirm_chat", "3", "pl")
    assert (given.decided_by, given.detail_sealed) == (None, None)
    assert (override.scope, override.expires_at, override.recipient, override.recipient_role) == (None, None, "police", "outside")
    assert override.decided_by == jo

    def opened(tx: Tx) -> tuple[str, str]:
        someone = people.person(tx, case.person_id)
        assert override.detail_sealed is not None
        return (
            tx.vault.open_for(someone, "agreements.wording", given.id, given.wording_sealed),
            tx.vault.open_for(someone, "agreements.detail", override.id, override.detail_sealed),
        )

    words, detail = house.record.read(opened)
    assert (words, json.loads(detail)) == ("Shall I send it?", {"reason": "a child"})
    assert b"Shall I" not in given.wording_sealed


@pytest.mark.rule("S05")
def test_what_may_be_seen_is_read_for_each_case_and_each_adult_apart(house: House) -> None:
    first, second, now = a_case(house), a_case(house, "young-2"), house.clock()

    def said(tx: Tx) -> None:
        enter(tx, first, Kind.GIVEN, WORDING, now, scope=Scope.SUMMARY, expires_at=now + timedelta(days=1))
        enter(tx, second, Kind.GIVEN, WORDING, now, scope=Scope.CHAT, whom=With("alex"))
        enter(tx, second, Kind.REFUSED, WORDING, now, whom=With("sam"))

    house.record.write(said)
    read = house.record.read
    assert read(lambda tx: agreed(tx, first, now)) == Shared(Scope.SUMMARY, now)
    assert read(lambda tx: agreed(tx, first, now + timedelta(days=1))) == NOTHING, "an expired yes allows nothing"
    assert read(lambda tx: agreed_in(tx, [first.id, second.id], now)) == {first.id: Shared(Scope.SUMMARY, now), second.id: NOTHING}
    assert read(lambda tx: agreed(tx, second, now, "alex")) == Shared(Scope.CHAT, now)
    assert read(lambda tx: agreed(tx, second, now, "sam")) == NOTHING


@pytest.mark.rule("S07")
def test_the_last_word_counts_in_the_order_in_which_it_was_said(house: House) -> None:
    case, now = a_case(house), house.clock()
    for kind, scope in ((Kind.GIVEN, Scope.CHAT), (Kind.WITHDRAWN, None), (Kind.GIVEN, Scope.WANTS_TO_TALK)):
        house.record.write(lambda tx, kind=kind, scope=scope: enter(tx, case, kind, WORDING, now, scope=scope))  # type: ignore[misc]
    assert house.record.read(lambda tx: agreed(tx, case, now)) == Shared(Scope.WANTS_TO_TALK, now)


def test_a_wording_knows_in_which_language_it_was_read(house: House) -> None:
    case = a_case(house)

    def shown(tx: Tx) -> Wording:
        return as_shown(house.service, people.person(tx, case.person_id), "consent.confirm_chat", "3", "Shall I send it?", house.clock())

    assert house.record.read(shown) == Wording("consent.confirm_chat", "3", "Shall I send it?", "en")


def wordings(house: House, young: YoungPerson) -> list[tuple[str, str]]:
    case = young.case()
    assert case is not None
    ids = [row.wording_id for row in young.ledger()]
    return list(zip(ids, house.record.read(lambda tx: [entry.wording for entry in reading.ledger(tx, case.id)]), strict=True))


@pytest.mark.rule("S05")
@pytest.mark.parametrize("between", ["the shift ends", "simple words"])
async def test_a_yes_is_kept_with_the_words_that_were_shown_whatever_came_between(staffed: House, young: YoungPerson, between: str) -> None:
    await young.starts()
    await young.says("my stepdad hits me every day")
    await young.taps("Yes")
    shown = "\n".join(line.text for line in await young.taps("Only that I want to talk"))
    if between == "the shift ends":
        staffed.leaves_the_rota("Sam")
    else:
        await young.taps_token("0:do:easy_on")
    await young.taps("Send it")
    assert "Sam" in shown
    assert wordings(staffed, young) == [("consent.confirm_talk", shown)]


@pytest.mark.rule("S06")
async def test_a_no_is_kept_with_the_question_that_it_answers(staffed: House, young: YoungPerson) -> None:
    await young.starts()
    offered = [line.text for line in await young.says("my stepdad hits me every day")]
    staffed.leaves_the_rota("Sam")
    await young.taps("No")
    ((id, wording),) = wordings(staffed, young)
    assert id == "consent.offer" and "Sam" in wording
    assert wording.splitlines() == offered[-len(wording.splitlines()) :]
