"""Slack's mrkdwn as HTML: everything escaped first, then only what mrkdwn means is let through."""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from bot.demo.slack.mrkdwn import CODE, ITALIC, STYLED, TOKEN, resolve

BLOCK = re.compile(r"```\n?(.*?)```", re.DOTALL)
TAGS = {"*": "strong", "~": "s"}
SAFE = re.compile(r"https?://", re.IGNORECASE)
"""Other addresses are shown, and lead nowhere."""


def html_of(node: Any, names: Mapping[str, str]) -> str:
    """A text object as HTML; `names` stand for ids of people, groups and channels."""
    if not node:
        return ""
    text = str(node["text"])
    return marked(text, names) if node["type"] == "mrkdwn" else _lines(escape(text))


def marked(text: str, names: Mapping[str, str]) -> str:
    """Mrkdwn as HTML."""
    return _apart(BLOCK, text, "pre", lambda part: _code(part, names))


def _code(text: str, names: Mapping[str, str]) -> str:
    return _apart(CODE, text, "code", lambda part: _read(part, names))


def _apart(pattern: re.Pattern[str], text: str, tag: str, read: Callable[[str], str]) -> str:
    """What `pattern` finds, as it stands in `tag`; what is between, as `read` reads it."""
    parts = pattern.split(text)
    return "".join(
        f"<{tag}>{_plain(part)}</{tag}>" if index % 2 else read(part)
        for index, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    """Slack's three escapes undone, then HTML's made."""
    return escape(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _read(text: str, names: Mapping[str, str]) -> str:
    parts = TOKEN.split(text)
    return "".join(
        _token(part, names) if index % 2 else _styled(part) for index, part in enumerate(parts)
    )


def _token(token: str, names: Mapping[str, str]) -> str:
    shown = escape(resolve(f"<{token}>", names))
    address = token.partition("|")[0]
    if SAFE.match(address):
        return f'<a href="{escape(address)}" target="_blank" rel="noreferrer">{shown}</a>'
    kind = "when" if token.startswith("!date^") else "mention"
    return f'<span class="{kind}">{shown}</span>'


def _styled(text: str) -> str:
    safe = _plain(text)
    bold = STYLED.sub(lambda found: f"<{TAGS[found[1]]}>{found[2]}</{TAGS[found[1]]}>", safe)
    return _lines(ITALIC.sub(r"<em>\1</em>", bold))


def _lines(text: str) -> str:
    return text.replace("\n", "<br>")
