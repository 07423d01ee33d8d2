"""What the figures must reach: the target, and the floor below which a change is not let through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from content.editorial.library import CONTENT
from content.editorial.reading import read_file
from content.editorial.schema import Entry, Words
from nlu.evaluation.figures import Figure

Share = Annotated[float, Field(ge=0, le=1)]


class Floor(Entry):
    """One figure's target and floor, as shares."""

    is_: Literal["at_least", "at_most"] = Field(alias="is")
    target: Share
    floor: Share
    phrases_floor: Share | None = Field(default=None, description="the same for the phrases alone, without the model")

    @property
    def sign(self) -> str:
        """`≥` or `≤`."""
        return "≥" if self.is_ == "at_least" else "≤"

    def met(self, share: float) -> bool:
        """Whether the target is reached."""
        return self._reaches(share, self.target)

    def holds(self, share: float, alone: bool) -> bool:
        """Whether the floor is kept."""
        floor = self.phrases_floor if alone else self.floor
        return floor is None or self._reaches(share, floor)

    def _reaches(self, share: float, limit: float) -> bool:
        return share >= limit if self.is_ == "at_least" else share <= limit


class FloorFile(Entry):
    """`content/policy/evaluation.yml`."""

    note: Words
    figures: dict[str, Floor]


def load_floors(content: Path = CONTENT) -> dict[str, Floor]:
    """Read the floors. Raises `ContentError`, which names file, line and what to do."""
    return read_file(content / "policy" / "evaluation.yml", FloorFile).figures


def broken(found: Iterable[Figure], floors: Mapping[str, Floor], alone: bool) -> list[str]:
    """A sentence for each figure that is on the wrong side of its floor."""
    return [
        f"{figure.what}{' (phrases alone)' if alone else ''}: {figure.share:.3f}, but must be {floors[figure.id].sign} "
        f"{floors[figure.id].phrases_floor if alone else floors[figure.id].floor}"
        for figure in found
        if figure.id in floors and not floors[figure.id].holds(figure.share, alone)
    ]
