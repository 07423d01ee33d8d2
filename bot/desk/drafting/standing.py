"""How a draft stands: who has said that this very text fits, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.desk.drafting.drafts import Draft, Review
from content.editorial.edition import kind_of

FITS, CHANGE = "fits", "change"
LEAD, PANEL = "lead", "panel"
_READ_BY_YOUNG_PEOPLE = ("guidance", "messages", "crisis", "canned_replies")


def is_signed(key: str) -> bool:
    """Whether a file of this key says itself who signed it off, and needs a youth panel's word: all that is said to young people."""
    return kind_of(key) in _READ_BY_YOUNG_PEOPLE or "." in key.rpartition("/")[2].removesuffix(".yml")


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for the text as it stands; verdicts on another text do not count.

    `lead`: the lead's latest word; `panels`: each panel's latest word; `needs_panel`: whether one is needed at all.
    """

    lead: Review | None
    panels: tuple[Review, ...]
    needs_panel: bool

    @property
    def lead_fits(self) -> bool:
        """Whether a lead who did not write it has said that it fits."""
        return self.lead is not None and self.lead.verdict == FITS

    @property
    def panel_fits(self) -> bool:
        """Whether a panel has said that it fits and none that it does not, where one is needed."""
        return not self.needs_panel or (bool(self.panels) and all(said.verdict == FITS for said in self.panels))

    @property
    def approved(self) -> bool:
        """Whether everybody who has to has said that it fits."""
        return self.lead_fits and self.panel_fits


def standing(draft: Draft, reviews: Sequence[Review]) -> Standing:
    """Of all that was said of this draft, what is about the text as it stands. Nobody judges what they wrote last."""
    about_this = [said for said in reviews if said.digest == draft.digest]
    by_lead = [said for said in about_this if said.step == LEAD and said.by != draft.changed_by]
    by_panel = {said.name: said for said in about_this if said.step == PANEL}
    needs_panel = is_signed(draft.key) and not draft.retire
    return Standing(by_lead[-1] if by_lead else None, tuple(by_panel.values()), needs_panel)
