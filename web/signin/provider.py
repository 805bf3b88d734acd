"""The identity provider as a client sees it: discovery, the exchange of a code, and the checks of an identity token."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote_plus

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from domain.identity.checks import mobile

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 10.0
LEEWAY_SECONDS = 60
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signed with a key that only the provider has: neither `none` nor a shared secret."""


class ProviderFailed(Exception):
    """The provider cannot be reached, or what it says is not sound; the person may try again, or take another way."""


class Claims(Struct, frozen=True):
    """What the provider vouches for.

    Attributes:
        subject: of the account, the same for ever.
        phone: a mainland mobile number that the provider has verified; empty without one.
    """

    subject: str
    phone: str


class Discovered(Struct, frozen=True):
    """What discovery says (OpenID Connect Discovery 1.0 section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""


class Tokens(Struct, frozen=True):
    """What the token endpoint answers."""

    id_token: str
    access_token: str = ""


class Provider:
    """One provider, as it described itself just now."""

    def __init__(self, said: Discovered, *, client_id: str, client_secret: str) -> None:
        """Believe what discovery said."""
        self._said = said
        self._client_id = client_id
        self._client_secret = client_secret

    @classmethod
    async def found(cls, issuer: str, *, client_id: str, client_secret: str) -> Provider:
        """Ask the provider for its description.

        Raises:
            ProviderFailed: it does not answer, or names itself otherwise.
        """
        said = await _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", Discovered)
        if said.issuer.rstrip("/") != issuer.rstrip("/"):
            raise ProviderFailed("issuer")
        return cls(said, client_id=client_id, client_secret=client_secret)

    @property
    def authorization_endpoint(self) -> str:
        """Where people are sent."""
        return self._said.authorization_endpoint

    async def claims(self, code: str, *, verifier: str, nonce: str, back: str, now: datetime) -> Claims:
        """Exchange the code, check the identity token, and read who came.

        Raises:
            ProviderFailed: the exchange was refused, or the token is not sound.
        """
        tokens = await self._exchange(code, verifier=verifier, back=back)
        keys = KeySet.import_key_set(await _get(self._said.jwks_uri, dict[str, Any]))  # type: ignore[arg-type]
        told = self._checked(tokens.id_token, keys, nonce=nonce, now=now)
        if "phone_number" not in told and self._said.userinfo_endpoint and tokens.access_token:
            more = await _get(self._said.userinfo_endpoint, dict[str, Any], bearer=tokens.access_token)
            if more.get("sub") == told["sub"]:  # OpenID Connect Core section 5.3.2
                told = {**more, **told}
        return Claims(subject=str(told["sub"]), phone=_phone(told))

    async def _exchange(self, code: str, *, verifier: str, back: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        # Both are form-encoded before they are put together (RFC 6749 section 2.3.1).
        named = quote_plus(self._client_id), quote_plus(self._client_secret)
        basic = httpx.BasicAuth(*named) if self._client_secret else httpx.USE_CLIENT_DEFAULT
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
                answer = await client.post(self._said.token_endpoint, data=form, auth=basic)
                return msgspec.json.decode(answer.raise_for_status().content, type=Tokens)
        except (httpx.HTTPError, msgspec.MsgspecError) as fault:
            raise ProviderFailed("token") from fault

    def _checked(self, token: str, keys: KeySet, *, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of the identity token (OpenID Connect Core section 3.1.3.7)."""
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._said.issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            told = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            rules.validate(told)
        except (JoseError, ValueError, KeyError) as fault:
            raise ProviderFailed("id-token") from fault
        is_for_others_too = told["aud"] not in (self._client_id, [self._client_id])
        if (is_for_others_too or "azp" in told) and told.get("azp") != self._client_id:
            raise ProviderFailed("azp")
        return told


def _phone(told: dict[str, Any]) -> str:
    """The verified number without its country code."""
    number = str(told.get("phone_number", "")).translate({ord(mark): None for mark in " -"}).removeprefix("+86")
    return number if told.get("phone_number_verified") is True and mobile(number) else ""


async def _get(address: str, kind: type[Answer], *, bearer: str = "") -> Answer:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, follow_redirects=False) as client:
            answer = await client.get(address, headers=headers)
            return msgspec.json.decode(answer.raise_for_status().content, type=kind)
    except (httpx.HTTPError, msgspec.MsgspecError) as fault:
        raise ProviderFailed("away") from fault
