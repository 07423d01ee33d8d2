"""What a browser was asked when a sign-in began: to be answered once, within minutes, by that browser only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import delete

from escalation.record.store import Tx
from escalation.record.tables import SignInChallenge

ANSWER_WITHIN = timedelta(minutes=5)

_PLACE = "sign_in_challenges.secret"


def ask(tx: Tx, browser: str, purpose: str, secret: dict[str, str], now: datetime) -> None:
    """Keep what the answer is checked against, in place of what this browser was asked before for the same `purpose`.

    `browser` is something only that browser knows: its session, or a token of its own.
    """
    key = _key(tx, browser, purpose)
    tx.session.execute(delete(SignInChallenge).where((SignInChallenge.expires_at <= now) | (SignInChallenge.browser == key)))
    sealed = tx.vault.seal_own(_PLACE, key, json.dumps(secret))
    tx.session.add(SignInChallenge(browser=key, secret_sealed=sealed, expires_at=now + ANSWER_WITHIN))


def take(tx: Tx, browser: str, purpose: str, now: datetime) -> dict[str, str] | None:
    """What this browser was asked, which is used up by looking; `None` where nothing was, or too long ago."""
    key = _key(tx, browser, purpose)
    taken = delete(SignInChallenge).where(SignInChallenge.browser == key)
    row = tx.session.execute(taken.returning(SignInChallenge.secret_sealed, SignInChallenge.expires_at)).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    found: dict[str, str] = json.loads(tx.vault.open_own(_PLACE, key, row.secret_sealed))
    return found


def _key(tx: Tx, browser: str, purpose: str) -> str:
    return tx.vault.pseudonym("sign_in_challenge", purpose, browser)
