"""NO_PROXY: which hosts are connected to without the proxy."""

import ipaddress
import re
from collections.abc import Sequence
from urllib import request

ALL = "*"


def bypasses_proxy(host: str, port: int, no_proxy: str) -> bool:
    """Whether `no_proxy` names that host, so that it is connected to without the proxy.

    It is a list, divided by commas or spaces, of names that stand for all below them too
    (`example.com`, `.example.com`, `*.example.com`), with a port where only that is meant
    (`example.com:8443`), addresses, networks (`10.0.0.0/8`, `fd00::/8`), and `*` for all.
    """
    entries = [one.removeprefix(ALL) or ALL for one in re.split(r"[,\s]+", no_proxy) if one]
    if ALL in entries:
        return True
    named = request.proxy_bypass_environment(  # type: ignore[attr-defined]  # not in typeshed
        f"{host}:{port}", {"no": ",".join(entries)}
    )
    return bool(named) or _in_networks(host, entries)


def _in_networks(host: str, entries: Sequence[str]) -> bool:
    """Python's own rule knows names only."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(_holds(entry, address) for entry in entries)


def _holds(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False
