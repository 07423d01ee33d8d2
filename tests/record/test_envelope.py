"""A sealed field opens with its own key, in its own place, in its own row, and whole; nothing else ever opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.record.envelope import Key, SealBroken, key_number, keyed_digest, seal, unseal

KEY = Key(7, bytes(range(32)))
PLACE, ROW = "inbox.body", "0" * 31 + "1"
SEALED = seal(KEY, PLACE, ROW, b"somebody's own words")


@given(st.binary(max_size=2000))
def test_what_was_sealed_opens_again(plain: bytes) -> None:
    assert unseal(KEY, PLACE, ROW, seal(KEY, PLACE, ROW, plain)) == plain


def test_the_words_do_not_stand_in_the_envelope_and_two_envelopes_never_look_alike() -> None:
    assert b"words" not in SEALED
    assert seal(KEY, PLACE, ROW, b"somebody's own words") != SEALED
    assert key_number(SEALED) == 7


@pytest.mark.parametrize(
    ("key", "place", "row"),
    [
        pytest.param(Key(7, bytes(32)), PLACE, ROW, id="another key under the same number"),
        pytest.param(Key(8, KEY.secret), PLACE, ROW, id="a key of another number"),
        pytest.param(KEY, PLACE, "0" * 31 + "2", id="moved to another row"),
        pytest.param(KEY, "outbox.body", ROW, id="moved to another column"),
    ],
)
def test_it_opens_nowhere_else(key: Key, place: str, row: str) -> None:
    with pytest.raises(SealBroken):
        unseal(key, place, row, SEALED)


@pytest.mark.parametrize("at", range(len(SEALED)))
def test_one_damaged_byte_anywhere_is_noticed(at: int) -> None:
    damaged = SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
    with pytest.raises(SealBroken):
        unseal(KEY, PLACE, ROW, damaged)


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_truncated_envelope_is_noticed(length: int) -> None:
    with pytest.raises(SealBroken):
        unseal(KEY, PLACE, ROW, SEALED[:length])


def test_an_error_names_the_place_and_neither_key_nor_words() -> None:
    with pytest.raises(SealBroken) as failed:
        unseal(KEY, "outbox.body", ROW, SEALED)
    assert str(failed.value) == "outbox.body: the stored field does not open with its key"
    assert repr(KEY) == "Key(number=7)"


def test_a_pseudonym_depends_on_the_key_and_on_where_its_parts_end() -> None:
    assert keyed_digest(b"k", "telegram", "12") == keyed_digest(b"k", "telegram", "12")
    assert keyed_digest(b"k", "telegram", "12") != keyed_digest(b"other", "telegram", "12")
    assert keyed_digest(b"k", "ab", "c") != keyed_digest(b"k", "a", "bc")


def test_half_a_character_has_a_pseudonym_too() -> None:
    """An app may send what no encoding takes; an event that could not be found by it would come again for ever."""
    assert keyed_digest(b"k", "telegram", "\ud83d") != keyed_digest(b"k", "telegram", "\ud83e")
