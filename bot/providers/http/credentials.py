"""Credentials of requests: added as each one is sent, so that no client keeps them to show."""

import abc
from collections.abc import Generator
from datetime import timedelta

import httpx
import jwt
from pydantic import SecretStr

from bot.clock import Clock

LIFETIME = timedelta(minutes=10)
"""How long a token for Stream is good: our clock may be behind Stream's by so much.

Each request has a new one, so a stolen one soon is none.
"""


class Credentials(httpx.Auth, abc.ABC):
    """Puts a header on a request while it is sent only: errors carry their requests."""

    header = "Authorization"

    @abc.abstractmethod
    def value(self) -> str:
        """The value of the header now."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx.Auth: it is closed once the answer has begun, or there is none."""
        request.headers[self.header] = self.value()
        try:
            yield request
        finally:
            del request.headers[self.header]


class HeaderKey(Credentials):
    """Sends a key in a header as it is."""

    def __init__(self, header: str, key: SecretStr) -> None:
        self.header = header
        self._key = key

    def value(self) -> str:
        """The key."""
        return self._key.get_secret_value()


class StreamToken(Credentials):
    """Sends a server's token for Stream: HS256 over the API secret, without `Bearer`, of no user.

    Stream's own SDK for servers takes the standard claims for such tokens (`JWTServerToken` of
    stream-node): `exp`, in seconds, is checked as that of users is. `iat` is left out, as there:
    Stream refuses one that is still to come, which is what a clock that is ahead writes.
    """

    def __init__(self, secret: SecretStr, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def value(self) -> str:
        """A new token, valid for LIFETIME, also where our clock is ahead or a little behind."""
        claims = {"exp": self._clock.now() + LIFETIME}
        return jwt.encode(claims, self._secret.get_secret_value(), algorithm="HS256")
