"""Settings in files of their own, one file a setting: the way in which container engines and systemd hand over secrets."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

CONTAINERS = Path("/run/secrets")
"""Where container engines put the secrets of a container."""
PREFIX = "BREAKWATER_"


def given() -> dict[str, str]:
    """What the files say, by the setting's whole name, such as `BREAKWATER_DATA_KEY`; an empty file says nothing.

    A file that this user may not read says nothing either, and is logged: the doctor has to look on.
    """
    found = {}
    for path in _files():
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            log.error("the file %s cannot be read by this user: %s", path, type(error).__name__)
            continue
        if value:
            found[path.name.upper()] = value
    return found


def _files() -> Iterator[Path]:
    """The files of the container, then those of the systemd unit, which count before them."""
    unit = os.environ.get("CREDENTIALS_DIRECTORY")
    for folder in (CONTAINERS, *([Path(unit)] if unit else [])):
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if path.name.upper().startswith(PREFIX) and path.is_file())
