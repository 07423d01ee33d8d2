"""A small OpenID provider on loopback: real HTTP, real signed tokens, and the rules of the protocol kept."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "breakwater", "a secret / with + signs"


@cache
def new_key(name: str) -> RSAKey:
    """A key to sign with; made once for each name."""
    return RSAKey.generate_key(2048, {"kid": name, "alg": "RS256", "use": "sig"})


@dataclass
class IdentityProvider:
    """Who it says somebody is can be changed claim by claim; `broken` is what it answers its token requests with instead."""

    url: str
    clock: Any
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: new_key("one"))
    signs_with: RSAKey | None = None
    broken: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def allows(self, address: str) -> dict[str, str]:
        """Somebody goes to this address of ours and agrees; what their browser comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self._describe)
        app.add_api_route("/keys", lambda: {"keys": [self.key.as_dict(private=False)]})
        app.add_api_route("/allow", self._allow)
        app.add_api_route("/token", self._token, methods=["POST"])
        return app

    def _describe(self) -> dict[str, Any]:
        places = {name: f"{self.url}/{path}" for name, path in (("authorization_endpoint", "allow"), ("token_endpoint", "token"))}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", "id_token_signing_alg_values_supported": ["RS256"], **places}

    def _allow(self, request: Request) -> RedirectResponse:
        """The provider's own page, at which everybody agrees at once."""
        return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(self.allows(str(request.url)))}", 303)

    async def _token(self, request: Request) -> JSONResponse:
        if self.broken:
            return JSONResponse({"error": "invalid_grant"}, self.broken)
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(sent.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or proof != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if request.headers["authorization"] != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])})

    def _signed(self, nonce: str) -> str:
        now = int(self.clock().timestamp())
        told = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, "sub": "person-7"} | self.claims
        key = self.signs_with or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, told, key)


@contextmanager
def provider_running(clock: Any) -> Iterator[IdentityProvider]:
    """The provider, answering on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider = IdentityProvider(f"http://127.0.0.1:{listening.getsockname()[1]}", clock)
        server = uvicorn.Server(uvicorn.Config(provider.app(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield provider
        server.should_exit = server.force_exit = True
        thread.join()
