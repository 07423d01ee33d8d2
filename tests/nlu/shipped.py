"""A copy of the shipped content that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

from content.editorial.library import CONTENT


def copy_of_content(folder: Path) -> Path:
    """Copy what noticing reads into `folder`."""
    for name in ("risk_phrases", "policy"):
        shutil.copytree(CONTENT / name, folder / name)
    return folder
