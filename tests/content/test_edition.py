"""An edition: the shipped files with what is published in their place, and the same as a folder to take away and bring back."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.editorial import library
from content.editorial.edition import Texts, is_key, laid_out, text_of, texts_below
from content.editorial.exchange import changed, export
from content.editorial.library import CONTENT
from content.editorial.reading import ContentError

MENU = "messages/conversation.yml"
THANKS = "guidance/conversation/thanks.yml"


def edited(key: str, old: str, new: str) -> str:
    text = text_of({}, key)
    assert text is not None
    assert old in text
    return text.replace(old, new, 1)


def test_a_published_text_stands_in_the_place_of_the_shipped_one_and_leaves_that_as_it_is() -> None:
    shipped = (CONTENT / THANKS).read_bytes()
    with laid_out({THANKS: edited(THANKS, "topic: thanks", "topic: thanks  # read again")}) as folder:
        assert "# read again" in (folder / THANKS).read_text()
        assert (folder / MENU).read_bytes() == (CONTENT / MENU).read_bytes()
        assert library.load(folder).scripts.keys() == library.load().scripts.keys()
    assert (CONTENT / THANKS).read_bytes() == shipped
    assert not folder.exists()


def test_a_retired_file_is_not_there_any_more() -> None:
    with laid_out({THANKS: None}) as folder:
        assert "thanks" not in library.load(folder).scripts
        assert THANKS not in texts_below(folder)
    assert text_of({THANKS: None}, THANKS) is None


def test_a_file_that_was_not_shipped_can_be_published() -> None:
    with laid_out({"messages/extra.pl.yml": "x: 1\n"}) as folder:
        assert texts_below(folder)["messages/extra.pl.yml"] == "x: 1\n"


def test_an_error_names_the_file_by_its_key_and_not_by_where_it_was_laid_out() -> None:
    with pytest.raises(ContentError) as error, laid_out({THANKS: "topic: [\n"}) as folder:
        library.load(folder)
    assert str(error.value).startswith(f"{THANKS}:")
    assert str(folder) not in str(error.value)


@pytest.mark.parametrize(
    "key",
    [
        *(MENU, THANKS, "messages/consent.pl.yml", "policy/rota.yml", "risk_phrases/suicide.yml", "helplines/uk.yml"),
        *("intents/greet.yml", "intents/disclosures/suicide.yml"),
    ],
)
def test_the_words_and_policies_can_be_published(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    [
        *("taxonomy.yml", "intents/greet.pl.yml", "intents/other/greet.yml", "messages/../../x.yml", "guidance/x.yml", "messages/A.yml"),
        *("policy/return_words.txt", ""),
    ],
)
def test_nothing_else_can(key: str) -> None:
    assert not is_key(key)


def test_what_is_exported_and_brought_back_is_the_same(tmp_path: Path) -> None:
    texts: Texts = {THANKS: None, MENU: edited(MENU, "group: conversation", "group: conversation  # as ever\r")}
    export(texts, tmp_path)
    assert changed(texts, tmp_path) == {}
    assert (tmp_path / MENU).read_bytes().decode() == texts[MENU]
    assert not (tmp_path / THANKS).exists()
    again = tmp_path / "again"
    export(texts, again)
    assert texts_below(again) == texts_below(tmp_path)


def test_only_what_says_something_else_is_brought_in(tmp_path: Path) -> None:
    export({}, tmp_path)
    (tmp_path / THANKS).write_text("else: 1\n")
    (tmp_path / MENU).unlink()
    assert changed({}, tmp_path) == {THANKS: "else: 1\n"}


def test_a_folder_without_content_or_with_a_name_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there are no content files here; name the folder that holds guidance"):
        changed({}, tmp_path)
    export({}, tmp_path)
    (tmp_path / "messages" / "My Words.yml").write_text("x: 1\n")
    with pytest.raises(ContentError, match=r"My Words\.yml:1: nothing reads a file of this name; use small letters"):
        changed({}, tmp_path)


def test_an_export_leaves_no_older_file_among_the_new_ones(tmp_path: Path) -> None:
    export({}, tmp_path)
    with pytest.raises(ContentError, match=r"thanks\.yml:1: this file is not in force; take it out"):
        export({THANKS: None}, tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    export({}, tmp_path)
    (tmp_path / MENU).write_bytes(b"\xff\xfe")
    with pytest.raises(ContentError, match=r"conversation\.yml:1: the file cannot be read \(UnicodeDecodeError\); save it as UTF-8 text"):
        changed({}, tmp_path)
