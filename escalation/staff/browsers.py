"""What kind of browser somebody uses, as it says of itself: enough to notice a copied session, too little to follow a person."""

from __future__ import annotations

import re

_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/|\bOpera\b"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("an iPhone or iPad", r"\b(?:iPhone|iPad|iPod)\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("a Chromebook", r"\bCrOS\b"),
    ("a Mac", r"\bMac(?:intosh| OS X)\b"),
    ("Linux", r"\bLinux\b"),
)
"""In this order, since most browsers name the older ones that they resemble."""


def kind(user_agent: str) -> str:
    """The family of browser and of system, such as "Firefox on Windows". It stays the same when a browser is updated."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "Another browser")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "an unknown system")
    return f"{browser} on {system}"
