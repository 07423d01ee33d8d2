"""The list of what was erased on request, kept sealed beside the back-ups: it outlives the record's own disk."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from escalation.record.backup import sealed_file
from escalation.record.backup.sealed_file import BackupError, Header
from escalation.record.envelope import key_name
from escalation.record.erasures import together

WHAT = "list of erasures"
NAME = "erased.list"
RENEWED = timedelta(hours=1)
"""So old an unchanged list is written again, since its time says until when erasures are known."""


def write(folder: Path, masters: Sequence[bytes], erased: Mapping[str, datetime], now: datetime) -> None:
    """Write the list of this moment, together with what stood in it, which a lost record may have known.

    `masters`: those that may open what is there; the first seals it. Raises `BackupError`.
    """
    before, known_until = read((folder,), masters)
    both = together(before, erased)
    up_to_date = known_until is not None and both == before and now - known_until < RENEWED
    if up_to_date and sealed_file.read_header(folder / NAME).key == key_name(masters[0]):
        return
    text = json.dumps({digest: at.isoformat() for digest, at in sorted(both.items())})
    try:
        sealed_file.write(folder / NAME, masters[0], Header.new(WHAT, "", masters[0], now), io.BytesIO(text.encode()))
    except OSError as error:
        raise BackupError(f"the list of erasures could not be written to {folder} ({type(error).__name__})") from None


def seal_anew(folders: Iterable[Path], masters: Sequence[bytes]) -> None:
    """Seal the lists of these folders by the first of these keys, where they can be written. They know no more than before."""
    for folder in folders:
        with suppress(BackupError):
            _, known_until = read((folder,), masters)
            if known_until is not None:
                write(folder, masters, {}, known_until)


def read(folders: Iterable[Path], masters: Sequence[bytes]) -> tuple[dict[str, datetime], datetime | None]:
    """All that stands in the lists of these folders, and up to when the newest of them knows. Raises `BackupError` for a damaged one."""
    erased: dict[str, datetime] = {}
    known_until: datetime | None = None
    for path in dict.fromkeys(folder / NAME for folder in folders):
        if not path.exists():
            continue
        plain = io.BytesIO()
        header = sealed_file.unseal(path, masters, plain)
        erased = together(erased, {digest: datetime.fromisoformat(at) for digest, at in json.loads(plain.getvalue()).items()})
        known_until = max(filter(None, (known_until, header.time)))
    return erased, known_until
