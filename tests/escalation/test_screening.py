"""A worker's words are held back before they are sent when they hold what may not be said (S64)."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from escalation.context import Service
from escalation.relay import Held, helpline_digits, screen

pytestmark = pytest.mark.rule("S64")

CONTACT = """
Ring me on 07700 900123 tonight
My number is +44 7700 900 123
you can reach me at sam.hill@example.org
I'm on snapchat: samh92
Insta - @sam.hill
whatsapp: samhill
"""
SECRECY = """
This is our secret, OK?
It stays between you and me.
Let's keep this between us
Please keep it secret
keep this a secret for now
Don't tell anyone I said that
dont tell your mum
Delete this chat when we are done
"""
IMAGE = """
Can you send me a photo of it?
share a screenshot with me
Show me the picture
send a pic
"""
FINE = """
Hi, I'm Sam. Thanks for writing. No rush.
You can call Childline on 0800 1111, day or night.
Samaritans are on 116 123.
If you are in danger call 999.
I'm here until 17:30 on 23 11 2026.
It happened 3 times in 2025, is that right?
Has anyone sent you pictures?
You did the right thing to tell me.
Nobody should ask you to keep a bad secret.
We'd try to tell you first before we tell anyone else.
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "contact") for text in lines(CONTACT)),
        *((text, "secrecy") for text in lines(SECRECY)),
        *((text, "image") for text in lines(IMAGE)),
    ],
)
def test_it_is_held_for_the_reason_it_should_be(service: Service, text: str, reason: str) -> None:
    assert screen(text, helpline_digits(service)).reasons == (reason,)


@pytest.mark.parametrize("text", lines(FINE))
def test_what_a_good_worker_says_goes_through(service: Service, text: str) -> None:
    assert screen(text, helpline_digits(service)).reasons == ()


def test_a_helpline_beside_a_private_number_does_not_hide_it(service: Service) -> None:
    assert screen("Childline is 0800 1111, I am 07700 900123", helpline_digits(service)).reasons == ("contact",)


def test_every_reason_is_named(service: Service) -> None:
    assert screen("our secret: send a pic to 07700 900123", helpline_digits(service)).reasons == ("contact", "secrecy", "image")


async def test_held_words_reach_nobody_until_they_are_confirmed_and_both_are_on_record(
    staffed: House, young: YoungPerson, talking: str
) -> None:
    with pytest.raises(Held) as held:
        staffed.worker_says("Sam", talking, "Ring me on 07700 900123")
    assert held.value.reasons == ("contact",)
    assert young.hears() == []
    staffed.worker_says("Sam", talking, "Ring me on 07700 900123", confirmed=True)
    assert [line.text for line in young.hears()] == ["Ring me on 07700 900123"]
