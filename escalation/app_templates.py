"""Which of our words an app has approved: the organisation's policy on templates. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Template(BaseModel):
    """One template: which message it is, in which language, and what the app calls it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    app: str
    message: Annotated[str, Field(pattern=r"^templates\.\w+$")]
    language: str = "en"
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    code: Annotated[str, Field(min_length=2, max_length=10, description="what the app calls the language")]
    approved_on: date | None = Field(
        None, description="the day on which the app approved exactly these words; until then they are not sent"
    )


@dataclass(frozen=True, slots=True)
class Approved:
    """A template as the app knows it: its name, and what the app calls its language."""

    name: str
    language: str


class AppTemplates(BaseModel):
    """`policy/app_templates.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    templates: tuple[Template, ...] = ()

    def approved(self, app: str, message: str, language: str) -> Iterator[Template]:
        """The approved templates with this message, those in `language` first; English is understood where there is none."""
        fitting = [one for one in self.templates if (one.app, one.message) == (app, message) and one.approved_on is not None]
        yield from (one for one in fitting if one.language == language)
        yield from (one for one in fitting if one.language == "en" != language)
