"""The proxies and certificates for every client of the bot, from the environment."""

import ssl
from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from bot.calls.models import Frozen
from bot.errors import ConfigError
from bot.network.no_proxy import bypasses_proxy
from bot.network.trust import trust

SCHEMES = {"https": "https", "wss": "https", "http": "http", "ws": "http"}
"""Whose proxy an address takes: a WebSocket begins as a request."""

PORTS = {"https": 443, "http": 80}

PROXIES = ("https", "http", "all")


class Target(NamedTuple):
    """The server to connect to: `scheme` is `https` or `http`, for WebSockets too."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """The target of an http(s) or ws(s) address. Raises ValueError when it names no host."""
        parts = urlsplit(url)
        scheme = SCHEMES.get(parts.scheme, "https")
        if not parts.hostname:
            raise ValueError("an address without a host")
        return cls(scheme, parts.hostname, parts.port or PORTS[scheme])

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Network(Frozen):
    """The proxies by scheme (`https`, `http`, `all`), and which certificates are trusted.

    `no_proxy` names what is connected to without a proxy. `ca_file` and `ca_folders` are
    SSL_CERT_FILE and SSL_CERT_DIR, trusted besides the system's.
    """

    proxies: Mapping[str, SecretStr] = {}
    no_proxy: str = ""
    ca_file: str = ""
    ca_folders: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The network settings in these environment variables.

        They are HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR. A
        name in lower case counts before the one in capitals, as in curl and in Python's own
        library. Raises ConfigError, which shows no password, when one of them cannot be used.
        """
        proxies = {}
        for scheme in PROXIES:
            name, value = _given(environ, f"{scheme}_proxy")
            if value:
                proxies[scheme] = SecretStr(_proxy(name, value))
        found = cls(
            proxies=proxies,
            no_proxy=_given(environ, "no_proxy")[1],
            ca_file=environ.get("SSL_CERT_FILE", "").strip(),
            ca_folders=environ.get("SSL_CERT_DIR", "").strip(),
        )
        if found.ca_file or found.ca_folders:
            _ = found.trust
        return found

    @property
    def trust(self) -> ssl.SSLContext:
        """The TLS context of every connection: one for the process, read once."""
        return trust(self.ca_file, self.ca_folders)

    def proxy_for(self, url: str) -> str | None:
        """The address of the proxy to `url`, with its password; None to connect directly.

        None for a `url` that is no address too: whoever connects to it finds that out.
        """
        try:
            target = Target.of(url)
        except ValueError:
            return None
        proxy = self.proxies.get(target.scheme) or self.proxies.get("all")
        if proxy is None or bypasses_proxy(target.host, target.port, self.no_proxy):
            return None
        return proxy.get_secret_value()

    def shown_proxy(self, url: str) -> str | None:
        """The host and port of the proxy to `url`, without its password; None without a proxy."""
        proxy = self.proxy_for(url)
        return None if proxy is None else str(Target.of(proxy))

    @property
    def shown_proxies(self) -> tuple[str, ...]:
        """The host and port of each proxy, without those that repeat."""
        addresses = (proxy.get_secret_value() for proxy in self.proxies.values())
        return tuple(dict.fromkeys(str(Target.of(address)) for address in addresses))


DIRECT = Network()
"""No proxy, and the system's certificates."""


def _given(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """The variable that is set, and what it says."""
    for spelt in (name, name.upper()):
        if text := environ.get(spelt, "").strip():
            return spelt, text
    return name, ""


def _proxy(name: str, value: str) -> str:
    """The address of a proxy, with its scheme; `proxy.example:3128` is one by HTTP."""
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            f"{name} is not the address of a proxy.",
            next_step=f"Write it as {name}=http://proxy.example:3128; in a user or password, "
            "write @ as %40, : as %3A and / as %2F.",
        )
    return _by_http(name, address, parts)


def _by_http(name: str, address: str, parts: SplitResult) -> str:
    if parts.scheme not in PORTS:
        raise ConfigError(
            f"{name} names a proxy by {parts.scheme}://; only http:// and https:// are spoken.",
            next_step=f"Set {name} to an HTTP proxy (CONNECT), or unset it.",
        )
    return address
