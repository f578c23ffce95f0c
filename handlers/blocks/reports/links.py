"""A vendor's address of a file as a link in mrkdwn, or none at all when it could be misread."""

import re
from urllib.parse import quote, urlsplit

MAX_LINK = 2000
"""Characters of a whole link, so that it fits into a text of 3,000 with words around it."""

_WEB = {"http", "https"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+|[0-9A-Fa-f:.]+")
_KEPT = ":/?#[]@!$&'()*+,;=%~"
"""Signs a URL is made of (RFC 3986) besides letters, digits and `_.-`; a `%` stays as it came."""


def link(url: str, label: str) -> str | None:
    """`<url|label>`; None for what is no plain web address, or is too long for Slack.

    Signs that mean something to Slack are percent-encoded, `&` is escaped (docs.slack.dev,
    formatting message text). An address with a user name in it could look like another host.
    """
    if not _plain(url):
        return None
    told = f"<{quote(url, safe=_KEPT).replace('&', '&amp;')}|{label}>"
    return told if len(told) <= MAX_LINK else None


def _plain(url: str) -> bool:
    """Whether it is http(s), names a host and nobody, and holds no space or control character."""
    if not url.isprintable() or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        named = parts.username is not None or parts.password is not None
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = _HOST.fullmatch(parts.hostname or "")
    return parts.scheme in _WEB and not named and port_ok and host is not None
