"""A form that came back because something was wrong with it: what was typed is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Filled:
    """Which form of a page it was, what was typed into it, and what is wrong."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        """What stands in a field of `form`: what was typed, or `otherwise` where this form did not come back."""
        return self.values.get(name, "") if form == self.form else otherwise

    def problem(self, form: str) -> str:
        """What is wrong with `form`; empty when nothing is."""
        return self.wrong if form == self.form else ""
