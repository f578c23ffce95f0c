"""Slack's mrkdwn as it reads (docs.slack.dev, formatting message text)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

TOKEN = re.compile(r"<([^<>]+)>")
STYLED = re.compile(r"(?<![^\W_])([*~])(?=\S)([^*~\n]+?)(?<=\S)\1(?![^\W_])")
ITALIC = re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
CODE = re.compile(r"`([^`\n]+)`")

FORMATS = {
    "date_num": "%Y-%m-%d",
    "date": "%B %-d, %Y",
    "date_short": "%b %-d, %Y",
    "date_long": "%A, %B %-d, %Y",
    "date_pretty": "%B %-d, %Y",
    "date_short_pretty": "%b %-d, %Y",
    "date_long_pretty": "%A, %B %-d, %Y",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
    "ago": "%Y-%m-%d %H:%M",
}
"""Slack's words for parts of a date; always in UTC here, and never "today"."""


def resolve(text: str, names: Mapping[str, str]) -> str:
    """The words somebody reads: no markup, names for ids, dates in UTC, `&lt;` as `<`.

    What stands in backticks is left as it was written.
    """
    parts = CODE.split(text)
    told = "".join(part if index % 2 else _read(part, names) for index, part in enumerate(parts))
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _read(text: str, names: Mapping[str, str]) -> str:
    unstyled = ITALIC.sub(r"\1", STYLED.sub(r"\2", text))
    return TOKEN.sub(lambda token: _token(token[1], names), unstyled)


def _token(token: str, names: Mapping[str, str]) -> str:
    body, _, label = token.partition("|")
    if body.startswith("!date^"):
        return _date(body)
    if body.startswith("@"):
        return f"@{names.get(body[1:], label or body[1:])}"
    if body.startswith("#"):
        return f"#{names.get(body[1:], label or body[1:])}"
    if body.startswith("!subteam^"):
        group = body.removeprefix("!subteam^")
        return f"@{names.get(group, label or group)}"
    if body.startswith("!"):
        return f"@{body[1:]}"
    return label or body


def _date(body: str) -> str:
    _, seconds, pattern, *_ = body.split("^")
    moment = datetime.fromtimestamp(int(seconds), UTC)

    def part(word: re.Match[str]) -> str:
        return moment.strftime(FORMATS[word[1]]) if word[1] in FORMATS else word[0]

    return re.sub(r"\{(\w+)\}", part, pattern) + " UTC"
