"""What the bot says first to what it was told."""

from __future__ import annotations

from bot.dialogue.scene import Scene
from content.editorial.schema import Bubbles
from nlu.understanding import Level


def response(scene: Scene, categories: tuple[str, ...], subject: str, level: Level) -> tuple[str, ...]:
    """Believe and thank. The same words only once, save where a life may be at risk."""
    crisis = scene.service.library.crisis.get(categories[0]) if categories else None
    told = f"{crisis.category}/{subject}/{level.id}" if crisis else ""
    if crisis is None or (told in scene.state.responded and level < Level.IMMEDIATE):
        return scene.words("conversation.thanks_for_telling")
    scene.state.responded = [*scene.state.responded, told]
    by_level = crisis.someone_else if subject == "other" else crisis.myself
    words: Bubbles = by_level.concern
    if level >= Level.URGENT:
        words = by_level.urgent or words
    if level is Level.IMMEDIATE:
        words = by_level.immediate or words
    return scene.bubbles(words)
