"""Passkeys: a key pair that stays with a person's device and opens only after their finger, face or PIN (WebAuthn).

Each is asked something new, answers it once, and so replaces password and code together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import webauthn
from sqlalchemy import delete, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from escalation.record import audit
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import Passkey, Staff
from escalation.staff import challenges, sign_in
from escalation.staff.sign_in import Entered, SignedIn

MOST = 10
"""So many passkeys one account may have."""

_ADD, _SIGN_IN, _PROVE = "passkey_add", "passkey_sign_in", "passkey_prove"
_BAD = (WebAuthnException, ValueError, KeyError, TypeError)
"""What an answer that is no answer raises: the library checks the form of most of it, and its decoders the rest."""


@dataclass(frozen=True, slots=True)
class Party:
    """To whom a passkey belongs: `site` is a host name, `origin` where pages come from, `name` what the browser shows."""

    site: str
    origin: str
    name: str


def of(tx: Tx, staff_id: str) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    return list(tx.session.scalars(select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.added_at, Passkey.id)))


def ask_to_add(tx: Tx, me: SignedIn, party: Party, now: datetime) -> str:
    """What the browser needs for making a passkey, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=party.site,
        rp_name=party.name,
        user_id=me.staff_id.encode(),
        user_name=me.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in of(tx, me.staff_id)],
    )
    challenges.ask(tx, me.digest, _ADD, {"challenge": bytes_to_base64url(options.challenge)}, now)
    return webauthn.options_to_json(options)


def add(tx: Tx, me: SignedIn, party: Party, answer: str, name: str, now: datetime) -> bool:
    """Keep the passkey that the browser made; `False` where the answer does not fit what was asked."""
    asked = challenges.take(tx, me.digest, _ADD, now)
    if asked is None or len(of(tx, me.staff_id)) >= MOST:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(asked["challenge"]),
            expected_rp_id=party.site,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _BAD:
        return False
    row = Passkey(
        id=new_id(),
        staff_id=me.staff_id,
        credential=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        counter=made.sign_count,
        name=" ".join(name.split())[:60] or me.browser,
        added_at=now,
    )
    if _known(tx, row.credential):
        return False
    tx.session.add(row)
    audit.note(tx, "passkey_added", now, staff_id=me.staff_id, subject_id=row.id)
    return True


def remove(tx: Tx, me: SignedIn, passkey_id: str, now: datetime) -> None:
    """Take one of their own passkeys away. One that is not theirs, or gone already, stays as it is."""
    mine = delete(Passkey).where(Passkey.id == passkey_id, Passkey.staff_id == me.staff_id)
    if tx.session.execute(mine.returning(Passkey.id)).one_or_none():
        audit.note(tx, "passkey_removed", now, staff_id=me.staff_id, subject_id=passkey_id)


def ask_to_sign_in(tx: Tx, browser_token: str, party: Party, now: datetime) -> str:
    """What the browser needs for signing in with any passkey of this site, as JSON."""
    return _ask(tx, browser_token, _SIGN_IN, party, [], now)


def enter(tx: Tx, browser_token: str, party: Party, answer: str, browser: str, now: datetime) -> Entered | None:
    """A full session for the account whose passkey answered; `None` for any other answer, whatever was wrong."""
    row = _answered(tx, browser_token, _SIGN_IN, party, answer, now)
    who = tx.session.get_one(Staff, row.staff_id) if row else None
    if who is None or who.closed_at or who.invite:
        return None
    return sign_in.begin(tx, who, browser, now)


def ask_to_prove(tx: Tx, me: SignedIn, party: Party, now: datetime) -> str:
    """What the browser needs for showing once more who is signed in, as JSON."""
    mine = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in of(tx, me.staff_id)]
    return _ask(tx, me.digest, _PROVE, party, mine, now)


def prove(tx: Tx, me: SignedIn, party: Party, answer: str, now: datetime) -> bool:
    """Whether a passkey of who is signed in answered."""
    row = _answered(tx, me.digest, _PROVE, party, answer, now)
    if row is None or row.staff_id != me.staff_id:
        return False
    sign_in.note_proof(tx, me, now)
    return True


def _ask(tx: Tx, browser: str, purpose: str, party: Party, allowed: list[PublicKeyCredentialDescriptor], now: datetime) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=party.site, allow_credentials=allowed, user_verification=UserVerificationRequirement.REQUIRED
    )
    challenges.ask(tx, browser, purpose, {"challenge": bytes_to_base64url(options.challenge)}, now)
    return webauthn.options_to_json(options)


def _answered(tx: Tx, browser: str, purpose: str, party: Party, answer: str, now: datetime) -> Passkey | None:
    """The passkey that signed what this browser was asked. A known one whose answer does not fit is noted: it may be a copy."""
    asked = challenges.take(tx, browser, purpose, now)
    if asked is None:
        return None
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
    except _BAD:
        return None
    row = _known(tx, credential.id)
    if row is None:
        return None
    try:
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(asked["challenge"]),
            expected_rp_id=party.site,
            expected_origin=party.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.counter,
            require_user_verification=True,
        )
    except _BAD:
        audit.note(tx, "passkey_refused", now, staff_id=row.staff_id, subject_id=row.id)
        return None
    row.counter, row.used_at = checked.new_sign_count, now
    return row


def _known(tx: Tx, credential: str) -> Passkey | None:
    return tx.session.scalar(select(Passkey).where(Passkey.credential == credential).with_for_update())
