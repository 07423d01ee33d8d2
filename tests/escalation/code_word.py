"""A chat that is kept shut with a code word, and somebody who begins afresh in it."""

from __future__ import annotations

from bot.rehearsal.house import YoungPerson

TEAPOT = "purple teapot"


async def sets_a_code_word(young: YoungPerson) -> None:
    await young.says("code word")
    await young.taps("Set a code word")
    await young.says(TEAPOT)


async def starts_with_a_code_word(young: YoungPerson) -> None:
    """They come for the first time, set a code word, and see the menu: what they say next is not about the code word any more."""
    await young.starts()
    await sets_a_code_word(young)
    await young.says("menu")


async def begins_afresh(young: YoungPerson) -> None:
    """Somebody who does not know the word picks the phone up after a while."""
    await young.house.wait(minutes=40)
    await young.says("hi")
    await young.taps("Carry on")
    for wrong in ("teapot", "purple", "pink teapot"):
        await young.says(wrong)
    await young.taps("I forgot the word")
    await young.taps("Start afresh")
