"""Every script as a young person meets it: asked about in their own words, then each turn that its buttons lead to.

The conversations written by hand in this folder say how it should feel; these make sure that no turn of the library is missed.
"""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from content.editorial.library import Library, load
from content.editorial.schema import Script

SCRIPTS = {topic: script for topic, script in sorted(load().scripts.items()) if len(script.steps) > 1}
READERS = (("unknown", False), ("under_13", True), ("18_25", False))
"""Age band, and whether they want easy words."""

LED_TO_BY_WORDS = frozenset({"again"})
"""Steps that are said when they write something, and that no button leads to."""


@pytest.mark.slow
@pytest.mark.parametrize("topic", SCRIPTS)
async def test_each_turn_of_a_script_is_said_in_the_words_for_whoever_reads_it(house: House, words: Library, topic: str) -> None:
    script = words.scripts[topic]
    for number, (band, easy) in enumerate(READERS):
        young = YoungPerson(house, "webchat", f"reader-{number}")
        await young.starts()
        if band != "unknown":
            await young.taps_token(f"0:do:band_{band}")
        if easy:
            await young.taps_token("0:do:easy_on")
        await walk(young, words, script, band, easy)


async def walk(young: YoungPerson, words: Library, script: Script, band: str, easy: bool) -> None:
    """Ask about the topic, then tap each button that leads on in the script, from the beginning outwards."""
    await young.says("can you tell me more about that", topic=script.topic)
    reached, ahead = {"start"}, ["start"]
    while ahead:
        name = ahead.pop(0)
        heard = await young.taps_token(f"0:go:{script.topic}/{name}")
        step = script.steps[name]
        for bubble in step.chosen(band, easy):
            assert bubble.split("{")[0] in "\n".join(line.text for line in heard), f"{name}, {band}, easy words: {easy}"
        assert [label for label, _ in heard[-1].buttons][: len(step.buttons)] == [button.label for button in step.buttons], name
        further = [button.go for button in step.buttons if ":" not in button.go and button.go not in reached]
        reached.update(further)
        ahead.extend(further)
    unseen = set(script.steps) - reached - LED_TO_BY_WORDS
    assert not unseen, f"no button leads to {sorted(unseen)}"
