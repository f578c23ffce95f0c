"""Slack's mrkdwn and rich_text as HTML: escaped before anything is let through."""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from bot.demo.slack.mrkdwn import CODE, ITALIC, STYLED, TOKEN, resolve
from bot.demo.slack.screen import Json

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


STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}
WRAPS = {
    "rich_text_section": "<p>{}</p>",
    "rich_text_quote": "<blockquote>{}</blockquote>",
    "rich_text_preformatted": "<pre>{}</pre>",
}


def rich_html(node: Json, names: Mapping[str, str]) -> str:
    """A rich_text block, or a part of one, as HTML."""
    kind = node["type"]
    if kind == "rich_text_list":
        tag = "ol" if node.get("style") == "ordered" else "ul"
        items = "".join(f"<li>{_inside(each, names)}</li>" for each in node["elements"])
        return f"<{tag}>{items}</{tag}>"
    if "elements" in node:
        return WRAPS.get(kind, "{}").format(_inside(node, names))
    return _leaf(node, names)


def plain_of(node: Json, names: Mapping[str, str]) -> str:
    """The words of a cell or a part of rich text, without any markup."""
    if "elements" in node:
        return "".join(plain_of(each, names) for each in node["elements"])
    return _words(node, names)


def _inside(node: Json, names: Mapping[str, str]) -> str:
    return "".join(rich_html(each, names) for each in node["elements"])


def _leaf(node: Json, names: Mapping[str, str]) -> str:
    shown = escape(_words(node, names)).replace("\n", "<br>")
    for style, tag in STYLES.items():
        if node.get("style", {}).get(style):
            shown = f"<{tag}>{shown}</{tag}>"
    if node["type"] == "link" and str(node["url"]).startswith(("http://", "https://")):
        address = escape(node["url"])
        return f'<a href="{address}" target="_blank" rel="noreferrer">{shown}</a>'
    return shown


def _words(node: Json, names: Mapping[str, str]) -> str:
    kind = node["type"]
    if kind in {"user", "usergroup", "channel"}:
        key: Any = node.get("user_id") or node.get("usergroup_id") or node.get("channel_id")
        sign = "#" if kind == "channel" else "@"
        return f"{sign}{names.get(key, key)}"
    if kind == "emoji":
        return f":{node['name']}:"
    return str(node.get("text", node.get("url", node.get("value", f"[{kind}]"))))
