"""One-time codes of the code app on somebody's phone."""

from __future__ import annotations

import re
from datetime import datetime

import pyotp

from escalation.record.tables import Staff


def matching_step(secret: str, code: str, now: datetime, used: int | None) -> int | None:
    """The time step this code belongs to: the present one or a neighbour, and later than any used before. Else `None`."""
    totp, digits = pyotp.TOTP(secret), re.sub(r"\s", "", code)
    here = totp.timecode(now)
    found = [step for step in (here - 1, here, here + 1) if pyotp.utils.strings_equal(totp.generate_otp(step), digits)]
    return next((step for step in found if used is None or step > used), None)


def provisioning_uri(row: Staff, secret: str, organisation: str) -> str:
    """What the code app reads from the QR picture."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=row.name, issuer_name=organisation))
