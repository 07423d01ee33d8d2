"""A referral in the console: what goes to somebody outside and what does not, whose names are left out, and what is kept of it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

import httpx
import pytest
from docx import Document
from sqlalchemy import select

from bot.rehearsal.house import House, YoungPerson
from escalation import cases
from escalation.agreements import Wording
from escalation.consent import Kind
from escalation.record import history, people
from escalation.record.history import Entry
from escalation.record.tables import AuditRow, CaseRow
from escalation.sharing import override
from escalation.sharing.override import Decision
from escalation.work import case_work
from tests.console.conftest import Browser, Open
from tests.escalation.talking import CHAT, does, past, talks

SOCIAL_CARE = "childrens_services"
FIRST = "my stepdad Craig hits me every day, kayleigh saw it"
FORM = {
    "risks": "Craig Dunmore drinks. Then CRAIG hits her; Kayleigh’s mum has seen it.",
    "protects": "Her nan. A teacher, Mr Ó Briain.",
    "referral": "made",
    "referral_why": "It goes on, and she asks for it.",
    "referral_to": "Rang; ref 4711",
}
NAMES = "Craig Dunmore\nKayleigh\nMr O Briain"
HIDDEN = ("craig", "dunmore", "kayleigh", "briain")


@dataclass
class Referring:
    """Sam, who makes a referral from a conversation that is going on."""

    house: House
    young: YoungPerson
    sam: Browser
    case_id: str

    async def page(self, to: str = SOCIAL_CARE) -> str:
        answer = await self.sam.get(f"/cases/{self.case_id}/referral?to={to}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def makes(self, kind: str, parts: str, names: str = "", to: str = SOCIAL_CARE, **more: str) -> httpx.Response:
        return await self.sam.post(f"/cases/{self.case_id}/referral", **{"as": kind}, part=parts, names=names, to=to, **more)

    async def asks(self, scope: str, answers: str = "Yes, ask them", to: str = SOCIAL_CARE) -> None:
        answer = await self.sam.post(f"/cases/{self.case_id}/referral/ask", to=to, scope=scope)
        assert answer.status_code == 303, answer.text
        if answers:
            await self.young.taps(answers)

    def decides(self, name: str = "Jo", recipient: str = SOCIAL_CARE) -> None:
        made = Decision(
            recipient, "what harms her", "Craig may do it again tonight", "public_task", "serious harm", "I tell them to keep you safe."
        )
        does(self.house, name, lambda tx, me: override.share(tx, self.house.service, self.case_id, me, made, self.house.clock()))

    def made(self) -> list[Entry]:
        return past(self.house, self.case_id, "referral_made")


@pytest.fixture
async def referring(browser: Open, staffed: House, young: YoungPerson) -> Referring:
    case_id = await talks(young, CHAT, first=FIRST)
    staffed.record.write(lambda tx: setattr(people.person(tx, tx.session.get_one(CaseRow, case_id).person_id), "area", "devon"))
    does(staffed, "Sam", lambda tx, me: case_work.save_form(tx, staffed.service, case_id, me, FORM, "", staffed.clock()))
    does(staffed, "Sam", lambda tx, me: case_work.set_wants(tx, case_id, me, "that craig moves out", staffed.clock()))
    return Referring(staffed, young, await browser("Sam"), case_id)


def everything_in(file: bytes) -> str:
    """Whatever stands in any part of the file, its properties among it."""
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def told(file: bytes) -> dict[str, str]:
    """What the tables of the file say, by question."""
    return {row.cells[0].text: row.cells[1].text for table in Document(io.BytesIO(file)).tables for row in table.rows[1:]}


def on_page(page: str, part: str) -> str:
    """One part of the page."""
    found = re.search(rf'<div class="part[^"]*" id="part-{part}">(.*?)(?=<div class="part[ "]|</fieldset>)', page, re.S)
    assert found, f"no part {part}"
    return found[1]


ALL = "age,area,wants,message,about,urgency,form-risks,form-protects,form-referral,form-referral_why,form-referral_to"


@pytest.mark.rule("S01")
@pytest.mark.rule("S05")
async def test_an_agreement_with_the_adult_here_lets_nothing_go_outside(referring: Referring) -> None:
    page = await referring.page()
    for part in ("age", "wants", "message", "form-risks"):
        assert "Not agreed by the young person: left out" in on_page(page, part)
        assert "checkbox" not in on_page(page, part)
    answer = await referring.makes("word", ALL)
    assert answer.status_code == 422
    assert "Nothing is chosen that may go" in answer.text
    assert referring.made() == []


@pytest.mark.rule("S05")
async def test_what_they_agreed_to_is_chosen_and_the_rest_left_out(referring: Referring) -> None:
    await referring.asks("summary")
    entry = referring.young.ledger()[-1]
    assert (entry.kind, entry.scope, entry.recipient, entry.recipient_role) == (Kind.GIVEN, "summary", SOCIAL_CARE, "outside")
    page = await referring.page()
    assert "checked" in on_page(page, "wants")
    assert "left out" in on_page(page, "form-risks")
    found = told((await referring.makes("word", ALL)).content)
    assert found["What they want to happen"] == "that craig moves out"
    assert {"What they wrote", "What puts them at risk"}.isdisjoint(found)
    other = await referring.page("police")
    assert "left out" in on_page(other, "wants")


async def test_they_are_asked_by_name_in_the_chat_and_a_no_is_a_no(referring: Referring) -> None:
    await referring.asks("chat", "")
    heard = " ".join(line.text for line in referring.young.hears())
    assert "Sam would like to ask the council's children's team to help you" in heard
    assert "have not answered yet" in await referring.page()
    await referring.young.taps("No, don't")
    assert referring.young.ledger()[-1].kind == Kind.REFUSED
    assert "left out" in on_page(await referring.page(), "wants")


@pytest.mark.rule("S03")
@pytest.mark.rule("S05")
async def test_without_agreement_it_goes_only_on_a_recorded_decision_and_says_so(referring: Referring) -> None:
    referring.decides()
    page = await referring.page()
    assert "checkbox" in on_page(page, "form-risks")
    assert "checked" not in on_page(page, "form-risks")
    found = told((await referring.makes("word", "form-risks", NAMES)).content)
    assert found["Legal basis"] == "Public task"
    assert found["Reason"] == "[another person] may do it again tonight"
    assert found["What puts them at risk\nNot agreed by the young person."].startswith("[another person] drinks.")
    assert referring.made()[0].detail["not_agreed"] == "What puts them at risk"
    assert "left out" in on_page(await referring.page("police"), "form-risks")


@pytest.mark.rule("S26")
async def test_where_family_may_be_the_danger_an_agreement_is_not_enough(referring: Referring) -> None:
    answer = await referring.sam.post(f"/cases/{referring.case_id}/referral/ask", to="family", scope="chat")
    assert answer.status_code == 422
    assert "The danger may come from there" in answer.text


@pytest.mark.rule("S87")
async def test_names_of_others_stand_nowhere_in_the_file(referring: Referring) -> None:
    await referring.asks("chat")
    answer = await referring.makes("word", ALL, NAMES)
    assert answer.status_code == 200, answer.text
    whole = everything_in(answer.content).casefold()
    assert not [name for name in HIDDEN if name in whole]
    found = told(answer.content)
    assert found["What they wrote"] == "my stepdad [another person] hits me every day, [another person] saw it"
    assert found["What puts them at risk"] == "[another person] drinks. Then [another person] hits her; [another person]’s mum has seen it."
    assert found["What protects them"] == "Her nan. A teacher, [another person]."


@pytest.mark.rule("S87")
async def test_words_that_nobody_looked_at_do_not_go(referring: Referring) -> None:
    await referring.asks("chat")
    looked = re.search(r'name="looked" value="([^"]+)"', await referring.page())
    assert looked
    await referring.young.says("im going to kill myself tonight, only Aisha knows")
    refused = await referring.makes("word", "message", NAMES, looked=looked[1])
    assert refused.status_code == 422
    assert "has changed since you looked" in refused.text
    assert referring.made() == []
    again = re.search(r'name="looked" value="([^"]+)"', refused.text)
    assert again
    made = await referring.makes("word", "message", f"{NAMES}\nAisha", looked=again[1])
    assert made.status_code == 200
    assert "aisha" not in everything_in(made.content).casefold()


@pytest.mark.rule("S87")
async def test_of_the_names_only_their_number_is_kept(referring: Referring) -> None:
    await referring.asks("chat")
    await referring.makes("word", ALL, f"{NAMES}\nZebedee")
    [entry] = referring.made()
    assert entry.detail == {"recipient": SOCIAL_CARE, "parts": "11", "names_out": "4, in 7 places", "as": "word"}

    def words(tx) -> str:  # type: ignore[no-untyped-def]
        everything = history.entries(tx, tx.session.get_one(CaseRow, referring.case_id))
        return " ".join(str(entry.detail) for entry in everything)

    assert "Zebedee" not in referring.house.record.read(words)


async def test_the_file_works_with_a_screen_reader(referring: Referring) -> None:
    await referring.asks("chat")
    answer = await referring.makes("word", ALL, NAMES)
    assert re.fullmatch(r'attachment; filename="referral-[0-9A-F]{8}\.docx"', answer.headers["content-disposition"])
    document = Document(io.BytesIO(answer.content))
    about = document.core_properties
    assert about.title.startswith("Referral from Harbour Youth, case ")
    assert (about.language, about.author, about.comments) == ("en-GB", "Harbour Youth", "")
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style and paragraph.style.name.startswith("Heading")]
    assert styles[0] == "Heading 1"
    assert set(styles[1:]) == {"Heading 2"}
    for table in document.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert not [row for row in table.rows[1:] if "w:tblHeader" in row._tr.xml]
    assert 'w:val="en-GB"' in document.styles.element.xml
    assert "python-docx" not in everything_in(answer.content)


async def test_the_page_to_print_says_what_the_file_says(referring: Referring) -> None:
    await referring.asks("chat")
    file = told((await referring.makes("word", ALL, NAMES)).content)
    page = (await referring.makes("print", ALL, NAMES)).text
    for question, answer in file.items():
        if question != "Made on":
            assert question in page
            assert answer in page.replace("&#39;", "'").replace("&amp;", "&"), question
    assert not [name for name in HIDDEN if name in page.casefold()]


@pytest.mark.rule("S72")
async def test_each_file_is_in_the_history_and_in_the_audit(referring: Referring) -> None:
    await referring.asks("chat")
    await referring.makes("word", "wants")
    await referring.makes("print", "wants")
    assert [entry.detail["as"] for entry in referring.made()] == ["word", "print"]
    noted = select(AuditRow).where(AuditRow.action == "referral_made", AuditRow.case_id == referring.case_id)
    rows = referring.house.record.read(lambda tx: list(tx.session.scalars(noted)))
    assert [len(row.digest or "") for row in rows] == [64, 64]
    assert "Made a referral" in (await referring.sam.get(f"/cases/{referring.case_id}")).text
    assert referring.house.record.read(lambda tx: tx.session.get_one(CaseRow, referring.case_id).referred_at) is not None


@pytest.mark.rule("S07")
async def test_after_a_change_of_mind_nothing_goes_any_more(referring: Referring) -> None:
    await referring.asks("chat")
    referring.house.clock.move(minutes=1)

    def change(tx) -> None:  # type: ignore[no-untyped-def]
        case = cases.locked(tx, referring.case_id)
        cases.withdraw(tx, referring.house.service, case, Wording("consent.withdrawn", "1", "ok"), referring.house.clock())

    referring.house.record.write(change)
    assert (await referring.makes("word", ALL)).status_code == 422
    assert referring.made() == []


async def test_names_are_marked_on_the_page_and_likely_ones_are_offered(referring: Referring) -> None:
    await referring.asks("chat")
    page = await referring.page()
    assert 'name="name" value="Kayleigh"' in page
    page = (await referring.makes("look", ALL, "Craig", name="Kayleigh")).text
    assert "<mark>[another person]</mark> hits me" in on_page(page, "message")
    assert "2 names are left out" in page
    assert "<textarea" in page
    assert "Craig</textarea>" in page
    assert 'value="Kayleigh" checked' in page


async def test_only_who_has_the_case_or_leads_makes_a_referral(referring: Referring, browser: Open) -> None:
    alex = await browser("Alex")
    assert (await alex.get(f"/cases/{referring.case_id}/referral?to={SOCIAL_CARE}")).status_code == 404
    assert (await alex.post(f"/cases/{referring.case_id}/referral", **{"as": "word"}, part="wants", to=SOCIAL_CARE)).status_code in (
        404,
        422,
    )


@pytest.mark.parametrize("text", ["\x00\x08 a <b> & \ufffe \U0001f600", "<script>alert(1)</script>", "x" * 4000])
async def test_whatever_was_written_makes_a_file_that_opens(referring: Referring, text: str) -> None:
    await referring.asks("chat")
    does(referring.house, "Sam", lambda tx, me: case_work.set_wants(tx, referring.case_id, me, text, referring.house.clock()))
    found = told((await referring.makes("word", "wants")).content)
    assert found["What they want to happen"].strip() == re.sub("[\x00\x08\ufffe]", "", text).strip()
