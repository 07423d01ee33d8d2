"""How several processes share the tests: one of them has all that drive browsers, and one all that kill programs or ask the model."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/browser/": "browsers",
    "tests/faults/": "programs",
    "tests/nlu_service/": "programs",
    "tests/trials/": "programs",
    "tests/evaluate/": "programs",
}
"""Folders of tests of which two at once would starve each other."""


class Sharing(LoadScopeScheduling):
    """Every test by itself to whoever is free, but those of these folders together. (xdist 3.8's own groups do nothing with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> Any:
        return next((group for folder, group in TOGETHER.items() if nodeid.startswith(folder)), nodeid)
