"""What may be said in production: only words that are signed off, and whose review is not overdue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from content.editorial.schema import Reviewed


def reason_to_hold(file: Reviewed, today: date) -> str | None:
    """Why these words may not be said to young people today, with what to do; `None` where they may."""
    if file.status == "retired":
        return "it is retired; take it out of the folder"
    if file.status != "signed_off":
        return f"its status is {file.status}; it needs the sign-offs of editor, safeguarding lead and youth panel"
    if file.review_by < today:
        return f"its review was due on {file.review_by:%d %B %Y}; review it again and sign it off"
    return None


def held(files: Mapping[str, Reviewed], today: date) -> list[str]:
    """A line for each file that may not be used in production, by its path."""
    reasons = {path: reason_to_hold(file, today) for path, file in files.items()}
    return [f"{path}: {reason}" for path, reason in reasons.items() if reason]
