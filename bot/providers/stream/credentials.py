"""The token that requests to Stream Video carry."""

from datetime import timedelta

import jwt
from pydantic import SecretStr

from bot.clock import Clock
from bot.providers.http.credentials import Credentials

LIFETIME = timedelta(minutes=10)
"""How long a token for Stream is good: our clock may be behind Stream's by so much.

Each request has a new one, so a stolen one soon is none.
"""


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
