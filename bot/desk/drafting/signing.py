"""The text as it is published: its status and sign-off say what truly happened, whatever an editor wrote there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.desk.drafting.drafts import Draft
from bot.desk.drafting.standing import Standing, is_signed
from content.editorial.problems import Problem
from content.editorial.reading import parsed
from content.editorial.rewriting import Place, flow, rewrite

_TO_DO = "write `status: draft` on a line of its own near the top, and leave `sign_off` out: publishing fills both in"


class Unsignable(Exception):
    """Status and sign-off cannot be written into this text; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def as_published(draft: Draft, found: Standing, editor: str, zone: ZoneInfo) -> str:
    """The draft's text, signed off where lead and panel said that it fits, else a draft. Raises `Unsignable`."""
    if not is_signed(draft.key):
        return draft.text
    status, signs = ("signed_off", _signs(draft, found, editor, zone)) if found.approved else ("draft", {})
    try:
        text = _written(draft.text, status, signs)
        said = parsed(text)
        holds = said["status"] == status and (said.get("sign_off") or {}) == signs
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        holds = False
    if not holds:
        raise Unsignable(Problem(Path(draft.key), 1, "its status and sign-off cannot be filled in", _TO_DO))
    return text


def _signs(draft: Draft, found: Standing, editor: str, zone: ZoneInfo) -> dict[str, Any]:
    assert found.lead is not None
    panel = found.panels[-1]
    return {
        "editor": _sign(editor, draft.changed_at, zone),
        "safeguarding_lead": _sign(found.lead.name, found.lead.at, zone),
        "youth_panel": _sign(panel.name, panel.at, zone),
    }


def _sign(name: str, at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {"name": name, "on": at.astimezone(zone).date()}


def _written(text: str, status: str, signs: Mapping[str, Any]) -> str:
    there = parsed(text)
    values: dict[Place, Any] = {("status",): status}
    if "sign_off" in there:
        return rewrite(text, values | {("sign_off",): signs})
    signed = rewrite(text, values)
    line = f"sign_off: {flow(signs)}\n" if signs else ""
    before, after = _around_status(signed)
    return before + line + after


def _around_status(text: str) -> tuple[str, str]:
    """The text up to the line after its status, and the rest."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    end = next(value.end_mark.index for key, value in root.value if key.value == "status")
    at = text.find("\n", end) + 1
    return (text[:at], text[at:]) if at else (text + "\n", "")
