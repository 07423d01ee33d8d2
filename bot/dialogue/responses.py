"""What the bot says first to what it was told."""

from __future__ import annotations

from bot.dialogue.risk.sums import adds_up
from bot.dialogue.scene import Scene
from content.editorial.schema import Bubbles
from nlu.understanding import Level, Risk


def response(scene: Scene, risk: Risk) -> tuple[str, ...]:
    """Believe and thank. The same words only once, save where a life may be at risk.

    A sum of small signs is not given a name: the young person has not said it.
    """
    crisis = scene.service.library.crisis.get(risk.categories[0]) if risk.categories else None
    named = f"{crisis.category}/{risk.subject}/{risk.level.id}" if crisis else ""
    told = "several_things" if adds_up(risk) else named
    if not told or (told in scene.state.responded and risk.level < Level.IMMEDIATE):
        return scene.words("conversation.thanks_for_telling")
    scene.state.responded = [*scene.state.responded, told]
    if crisis is None or adds_up(risk):
        return scene.words("conversation.several_things")
    by_level = crisis.someone_else if risk.subject == "other" else crisis.myself
    words: Bubbles = by_level.concern
    if risk.level >= Level.URGENT:
        words = by_level.urgent or words
    if risk.level is Level.IMMEDIATE:
        words = by_level.immediate or words
    return scene.bubbles(words)
