"""The organisation's policy on the work that staff do on a case: the form, duties, and sharing without agreement. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from content.editorial.reading import read_file
from escalation.consent import LEGAL_BASES
from escalation.sharing.duties import Duties
from escalation.work.form import Form, Part

Role = Literal["worker", "lead"]


class Recipient(Part):
    """Somebody outside with whom it may be shared: what staff call them, and what the young person is told."""

    staff: str
    told: str
    anyone: bool = False
    """Whether the worker who has the case may decide it by themself."""


class Sharing(Part):
    """`content/policy/sharing.yml`."""

    note: str = ""
    decides: tuple[Role, ...]
    recipients: dict[str, Recipient]
    legal_bases: dict[str, str]
    grounds_from_18: dict[str, str]
    family_may_harm: tuple[str, ...]

    @model_validator(mode="after")
    def _names_every_legal_basis(self) -> Sharing:
        if set(self.legal_bases) != set(LEGAL_BASES):
            raise ValueError(f"legal_bases names exactly {', '.join(LEGAL_BASES)}")
        return self


@dataclass(frozen=True, slots=True)
class StaffPolicy:
    form: Form
    duties: Duties
    sharing: Sharing


def load(folder: Path) -> StaffPolicy:
    """Read the three files below `folder`. Raises `ContentError`."""
    return StaffPolicy(
        read_file(folder / "form.yml", Form), read_file(folder / "duties.yml", Duties), read_file(folder / "sharing.yml", Sharing)
    )
