"""In production everybody is given helplines that the organisation has asked, or the service does not start."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.editions import refused
from bot.service import load_service, read_service
from bot.settings import Settings, SettingsError
from content.editorial.helplines import only_confirmed, unconfirmed
from content.editorial.library import CONTENT, Library
from content.editorial.reading import ContentError, parsed, read_file
from content.editorial.schema import Directory

SIGN = "{name: Jo Hart, on: 2026-11-01}"
SIGNED = f"status: signed_off\nsign_off: {{editor: {SIGN}, safeguarding_lead: {SIGN}, youth_panel: {SIGN}}}\n"
BY_JO = {"confirmed_by_organisation": True, "confirmed_by": "Jo Hart", "confirmed_on": "2026-11-20", "confirmed_how": "by telephone"}
LONG_AGO = "2024-01-02"
Confirm = Callable[..., None]


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def sign(text: str) -> str:
    return re.sub(r"^review_by: .*$", "review_by: 2036-05-01", text.replace("status: draft\n", SIGNED, 1), flags=re.M)


@pytest.fixture(scope="module")
def signed_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content that production starts with, but for the helplines."""
    folder = tmp_path_factory.mktemp("signed") / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("editorial", "intents", "dialogues", "conversations", "*.pl.yml"))
    for path in [*folder.glob("messages/*.yml"), *folder.glob("crisis/*.yml")]:
        rewrite(path, sign)
    by_ann = 'confirmed: {by: Ann Lee, on: "2026-11-20"}\n'
    rewrite(folder / "policy" / "retention.yml", lambda text: re.sub(r"^confirmed:\n(  .*\n)+", by_ann, text, flags=re.M))
    return folder


@pytest.fixture
def folder(signed_content: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed_content, tmp_path / "content"))


@pytest.fixture
def confirm(folder: Path) -> Confirm:
    def do(area: str, but: tuple[str, ...] = (), **more: object) -> None:
        path = folder / "helplines" / f"{area}.yml"
        found = parsed(path.read_text(encoding="utf-8"))
        for contact in found["contacts"]:
            if contact["id"] not in but:
                contact.update(BY_JO | more)
        path.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")

    return do


def production(area: str = "norfolk") -> Settings:
    return Settings(_env_file=None, mode="production", data_key="A" * 43 + "=", public_url="https://chat.example.org", area=area)  # type: ignore[arg-type, call-arg]


def start(folder: Path, area: str = "norfolk") -> Library:
    """The words with which the service starts in production. Raises `SettingsError` where it does not."""
    return load_service(production(area), folder).library


def reasons(folder: Path, area: str = "norfolk") -> list[str]:
    """Why production does not start, a line each."""
    with pytest.raises(SettingsError) as found:
        start(folder, area)
    return str(found.value).splitlines()[1:]


def test_production_does_not_start_while_a_helpline_that_everybody_is_given_is_not_confirmed(folder: Path, confirm: Confirm) -> None:
    own, everywhere = sorted(reasons(folder))
    assert own.startswith("helplines/norfolk.yml: 1 of 1 helplines are not confirmed by your organisation (")
    assert everywhere.startswith("helplines/uk.yml: 17 of 17 helplines are not confirmed by your organisation (Childline, Samaritans, ")
    assert "and 12 more); ask each one, then confirm it on the console's Settings page" in everywhere
    confirm("norfolk")
    confirm("uk", but=("childline",))
    [left] = reasons(folder)
    assert left.startswith("helplines/uk.yml: 1 of 17 helplines are not confirmed by your organisation (Childline)")
    confirm("uk")
    assert start(folder).directories["uk"].contacts


def test_of_other_areas_only_confirmed_helplines_are_given_and_nobody_has_to_ask_the_rest(folder: Path, confirm: Confirm) -> None:
    confirm("uk")
    confirm("norfolk")
    confirm("devon")
    [first, *others] = read_service(production(), folder).library.directories["cornwall_scilly"].contacts
    confirm("cornwall_scilly", but=tuple(one.id for one in others))
    words = start(folder)
    elsewhere = read_service(production(), folder).library
    assert words.directories["devon"] == elsewhere.directories["devon"]
    assert [one.id for one in words.directories["cornwall_scilly"].contacts] == [first.id]
    assert words.directories["plymouth"].contacts == () and elsewhere.directories["plymouth"].contacts
    assert words.contacts_for("plymouth") == words.directories["uk"].contacts, "who lives there is given those that work everywhere"
    assert words.directories.keys() == elsewhere.directories.keys(), "everybody can still say where they live"


def test_a_confirmation_of_long_ago_stops_nobody_from_being_answered(folder: Path, confirm: Confirm) -> None:
    confirm("uk", checked_on=LONG_AGO, confirmed_on=LONG_AGO)
    confirm("norfolk", checked_on=LONG_AGO, confirmed_on=LONG_AGO)
    assert start(folder).contacts_for("norfolk")


def test_the_words_for_an_emergency_hang_on_no_helpline(words: Library) -> None:
    nobody_asked = only_confirmed(words, "uk")
    for name in ("emergency.call_999", "conversation.outage"):
        assert nobody_asked.message(name) == words.message(name)
        assert "999" in " ".join(nobody_asked.message(name).say)
    assert not [line for line in unconfirmed(words, "uk") if "999" in line or "112" in line]


@pytest.mark.parametrize("area", ["uk", "torbay"])
def test_a_demo_is_as_it_was(words: Library, area: str) -> None:
    demo = read_service(Settings(_env_file=None, area=area), CONTENT)  # type: ignore[call-arg]
    assert demo.library.directories == words.directories


def test_a_confirmation_says_who_when_and_how_together(folder: Path, confirm: Confirm) -> None:
    confirm("norfolk")
    [contact] = read_file(folder / "helplines" / "norfolk.yml", Directory).contacts
    assert (contact.confirmed_by, str(contact.confirmed_on), contact.confirmed_how) == ("Jo Hart", "2026-11-20", "by telephone")
    confirm("norfolk", confirmed_by=None, confirmed_on=None)
    with pytest.raises(ContentError, match="confirmed_how stands beside confirmed_on and confirmed_by"):
        read_file(folder / "helplines" / "norfolk.yml", Directory)


def texts(folder: Path) -> dict[str, str | None]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.yml")}


def owed(folder: Path, before: dict[str, str | None] | None = None) -> list[str]:
    """The files because of which a change of helplines is refused in production."""
    found = refused(texts(folder), production=True, area="norfolk", before=before)
    return sorted(one.file.as_posix() for one in found if "confirmed by your organisation" in one.what and one.severity == "error")


def test_a_running_service_never_gets_a_number_that_nobody_confirmed(folder: Path, confirm: Confirm) -> None:
    confirm("uk")
    confirm("norfolk")
    assert owed(folder) == []
    confirm("uk", confirmed_by_organisation=False, confirmed_by=None, confirmed_on=None, confirmed_how=None)
    assert owed(folder) == ["helplines/uk.yml"]
    confirm("uk")
    confirm("devon", confirmed_by_organisation=False, confirmed_by=None, confirmed_on=None, confirmed_how=None)
    assert owed(folder) == [], "of another area it is not given until somebody asked"


def test_before_the_first_start_one_helpline_after_another_can_be_confirmed(folder: Path, confirm: Confirm) -> None:
    shipped = texts(folder)
    confirm("uk", but=("childline", "samaritans"))
    assert owed(folder) == ["helplines/norfolk.yml", "helplines/uk.yml"]
    assert owed(folder, before=shipped) == []
    confirm("norfolk")
    almost = texts(folder)
    confirm("norfolk", confirmed_by_organisation=False, confirmed_by=None, confirmed_on=None, confirmed_how=None)
    assert owed(folder, before=almost) == ["helplines/norfolk.yml"], "what was in order stays in order"
