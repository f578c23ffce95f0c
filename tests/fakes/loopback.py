"""No test asks anybody outside this machine: who tries gets an error, and the test fails.

What Python is about to look up or connect to is seen by an audit hook (PEP 578), so that no client
has to be replaced. uvloop and other processes are out of its sight; `strangers` is for those.
"""

import sys
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.errors import ConfigError
from bot.settings import Settings

NOBODYS = (".invalid", ".test", ".example", ".localhost")
"""Names that belong to nobody (RFC 2606)."""

asked: list[str] = []
"""Hosts outside that somebody tried to reach."""


def is_at_home(host: str) -> bool:
    """Whether this is this machine, an address of no public network, or a name that is nobody's."""
    if host in {"", "localhost"} or host.endswith(NOBODYS):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_private
    except ValueError:
        return False


def stay_at_home() -> None:
    """Keep this process from reaching anybody outside this machine; it cannot be undone."""
    sys.addaudithook(_look)


def _look(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and not is_at_home(name):
        asked.append(name)
        raise OSError(f"a test asks {name}, which is not on this machine")


def strangers(environ: Mapping[str, str]) -> list[str]:
    """The addresses outside this machine that a bot with these variables would ask.

    One whose settings are wrong asks nobody.
    """
    try:
        settings = Settings.load(environ, None)
    except ConfigError:
        return []
    slack = [] if settings.slack.bot_token is None else [settings.slack]
    parts = [*slack, settings.stream, settings.realtimekit, settings.cometchat]
    found = [address for part in parts if part is not None for address in _addresses(part)]
    return [url for url in found if not is_at_home(urlsplit(url).hostname or "")]


def _addresses(part: BaseModel) -> Iterator[str]:
    for value in dict(part).values():
        if isinstance(value, str) and value.startswith(("http:", "https:")):
            yield value
