"""The organisation's own sign-in (OpenID Connect): the authorization code flow with PKCE, state and nonce, by Authlib.

Nothing is believed but what the provider's key has signed for us, for this very sign-in, a moment ago.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

SIGNED_BY = ("RS256", "PS256", "ES256")
CLOCKS_APART = 60
"""Seconds by which the provider's clock and ours may differ."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
TIMEOUT = 10.0

_STRONG = frozenset({"phr", "phrh", "https://refeds.org/profile/mfa"})
"""Values of `acr` that promise more than one factor (OpenID EAP ACR values, REFEDS MFA)."""


class ProviderError(Exception):
    """The provider vouched for nobody."""


class ProviderAway(ProviderError):
    """The provider did not answer, or not as one."""


class ProviderRefused(ProviderError):
    """The provider, or the person at its page, said no."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Who vouches for staff. `name`: the words on the button."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun: where the browser goes, and what its return is checked against."""

    url: str
    secret: dict[str, str]


@dataclass(frozen=True, slots=True)
class Vouched:
    """For whom the provider vouches. `email`: only if it says that it is theirs. `second_factor`: whether it saw two factors."""

    issuer: str
    subject: str
    email: str
    second_factor: bool


class Provider:
    """One identity provider, found through its own description of itself."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._described: tuple[datetime, dict[str, Any]] | None = None

    async def begin(self, back: str, now: datetime) -> Begun:
        """Begin a sign-in that comes back to the address `back`. Raises `ProviderAway`."""
        described = await self._describe(now)
        secret = {"state": generate_token(32), "nonce": generate_token(32), "verifier": generate_token(64)}
        client = OAuth2Client(None, self.settings.client_id, scope="openid email", redirect_uri=back, code_challenge_method="S256")
        url, _ = client.create_authorization_url(
            described["authorization_endpoint"], secret["state"], secret["verifier"], nonce=secret["nonce"]
        )
        return Begun(url, secret)

    async def vouched(self, back: str, secret: dict[str, str], came: dict[str, str], now: datetime) -> Vouched:
        """Whom the provider vouches for, after the browser came back with `came`. Raises `ProviderError`."""
        if not hmac.compare_digest(came.get("state", "").encode(), secret["state"].encode()):
            raise ProviderError("this return belongs to another sign-in")
        if came.get("iss", self.settings.issuer) != self.settings.issuer:
            raise ProviderError("this return comes from another provider")
        if "error" in came or not came.get("code"):
            raise ProviderRefused("the provider said no")
        described = await self._describe(now)
        token = await self._token(described, back, came["code"], secret["verifier"])
        claims = await self._claims(described, token, secret["nonce"], now)
        return Vouched(
            self.settings.issuer,
            str(claims["sub"]),
            str(claims.get("email", "")) if claims.get("email_verified") is True else "",
            "mfa" in (claims.get("amr") or ()) or claims.get("acr") in _STRONG,
        )

    async def _token(self, described: dict[str, Any], back: str, code: str, verifier: str) -> dict[str, Any]:
        offered = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        body = prepare_token_request("authorization_code", redirect_uri=back, code=code, code_verifier=verifier)
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        auth = ClientAuth(self.settings.client_id, self.settings.client_secret, method)
        url, headers, body = auth.prepare("POST", described["token_endpoint"], headers, body)
        answer = await _fetch("POST", url, content=body, headers=headers)
        if "id_token" not in answer:
            raise ProviderRefused("the provider gave no token for this return")
        return answer

    async def _claims(self, described: dict[str, Any], token: dict[str, Any], nonce: str, now: datetime) -> CodeIDToken:
        try:
            decoded = jwt.decode(token["id_token"], await self._keys(described), SIGNED_BY)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {"iss": {"essential": True, "value": self.settings.issuer}, "aud": {"essential": True, "value": self.settings.client_id}},
                {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_APART)
        except (JoseError, InvalidKeyIdError, ValueError, TypeError, AttributeError) as error:
            raise ProviderError("the provider's token does not fit this sign-in") from error
        return claims

    async def _keys(self, described: dict[str, Any]) -> KeySet:
        """The keys as they are now; fetched each time, since a provider may have changed them."""
        found: Any = await _fetch("GET", described["jwks_uri"])
        return KeySet.import_key_set(found)

    async def _describe(self, now: datetime) -> dict[str, Any]:
        """The provider's description of itself, kept for an hour."""
        if self._described and now < self._described[0] + ASKED_AGAIN_AFTER:
            return self._described[1]
        issuer = self.settings.issuer
        described = await _fetch("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        places = [str(described.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if described.get("issuer") != issuer or any(urlsplit(place).scheme != urlsplit(issuer).scheme for place in places):
            raise ProviderAway("what is there does not describe this provider")
        self._described = now, described
        return described


async def _fetch(method: str, url: str, **more: Any) -> dict[str, Any]:
    """A JSON object from the provider; an error of the protocol is one too. Raises `ProviderAway`."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            answer = await client.request(method, url, **more)
        if answer.status_code >= 500:
            raise ProviderAway(f"the provider answered {answer.status_code}")
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderAway("the provider does not answer") from error
    if not isinstance(found, dict):
        raise ProviderAway("the provider's answer is not what it should be")
    return found
