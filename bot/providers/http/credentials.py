"""Credentials of requests: added as each one is sent, so that no client keeps them to show."""

import abc
from collections.abc import Generator

import httpx
from pydantic import SecretStr


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
