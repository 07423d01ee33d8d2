"""What Telegram and WhatsApp send, with parts left out and of the wrong kind."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

from tests.fuzz.texts import text

ODD: tuple[Any, ...] = (None, True, -1, 0, 2**63, -(2**80), 1.5, "", "x" * 5000, "9" * 5000, "\ud83d", [], {}, [[]], [None], {"id": None})


def spoil(dice: random.Random, inside: Any) -> None:
    """Change one part somewhere inside."""
    while isinstance(inside, dict | list) and inside:
        key = dice.randrange(len(inside)) if isinstance(inside, list) else dice.choice(list(inside))
        if isinstance(inside[key], dict | list) and inside[key] and dice.random() < 0.7:
            inside = inside[key]
            continue
        if dice.random() < 0.2:
            del inside[key]
        else:
            inside[key] = text(dice) if dice.random() < 0.4 else deepcopy(dice.choice(ODD))
        return
