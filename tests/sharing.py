"""How several processes share the tests: one of them has all that drive browsers, kill processes or ask the intent service."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

ONE_AT_A_TIME = ("tests/browser/", "tests/faults/", "tests/nlu_service/", "tests/trials/", "tests/evaluate/")
"""Folders of tests of which two at once would starve each other."""


class Sharing(LoadScopeScheduling):
    """Every test by itself to whoever is free, but all of those folders to one. (`--dist loadgroup` of xdist 3.8 groups nothing with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> Any:
        return "one at a time" if nodeid.startswith(ONE_AT_A_TIME) else nodeid
