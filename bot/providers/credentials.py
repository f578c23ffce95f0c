"""How requests prove whose they are: added as each is sent, so that no client keeps it to show."""

from collections.abc import Generator
from datetime import timedelta

import httpx
import jwt
from pydantic import SecretStr

from bot.clock import Clock

LIFETIME = timedelta(minutes=10)
"""How long a token for Stream is good. Each request has a new one, so a stolen one soon is none."""

SKEW = timedelta(minutes=5)
"""How far our clock may be ahead of Stream's; it may be behind by LIFETIME."""


class HeaderKey(httpx.Auth):
    """A key that stands in a header as it is."""

    def __init__(self, header: str, value: SecretStr) -> None:
        self._header = header
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._header] = self._value.get_secret_value()
        yield request


class StreamToken(httpx.Auth):
    """A server's token for Stream: HS256 over the API secret, without `Bearer`, of nobody.

    Stream's own SDK for servers takes the standard claims for such tokens (`JWTServerToken`): `iat`
    and `exp`, in seconds, are checked as those of users are.
    """

    def __init__(self, secret: SecretStr, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add a token that is good from now on, also where our clock is a little off."""
        now = self._clock.now()
        claims = {"iat": now - SKEW, "exp": now + LIFETIME}
        token = jwt.encode(claims, self._secret.get_secret_value(), algorithm="HS256")
        request.headers["Authorization"] = token
        yield request
