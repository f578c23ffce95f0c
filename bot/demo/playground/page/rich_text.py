"""rich_text: sections, lists, quotes and preformatted text (docs.slack.dev, rich-text-block)."""

from collections.abc import Mapping
from html import escape
from typing import Any

from bot.demo.slack.screen import Json

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
