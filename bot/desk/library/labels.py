"""What states, verdicts and results are called on the desk's pages."""

from __future__ import annotations

from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.standing import Standing

STATES = {
    "draft": "Being written",
    "with_lead": "With the safeguarding lead",
    "with_panel": "With the youth panel",
    "approved": "Ready to publish",
    "scheduled": "Will be published",
    "published": "Published",
    "dropped": "Dropped",
}
STEPS = {"lead": "Safeguarding lead", "panel": "Youth panel"}
VERDICTS = {"fits": "It fits", "change": "Something has to change"}


def state(draft: Draft, found: Standing) -> str:
    """How far a draft is, in words."""
    if draft.state == "draft" and found.lead_fits and not found.panel_fits:
        return "The lead says it fits; the youth panel is next"
    return STATES[draft.state]
