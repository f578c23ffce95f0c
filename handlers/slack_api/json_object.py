"""A JSON object as Slack sends it, by whichever way."""

import json
from typing import Any, TypeAlias

from bot.errors import PayloadUnreadable

Json: TypeAlias = dict[str, Any]


def json_object(text: str) -> Json:
    """The object that is written there; PayloadUnreadable where there is none, or one too deep.

    Halves of characters, which JSON can escape and no database stores, become U+FFFD.
    """
    try:
        value = json.loads(text)
        if isinstance(value, dict):
            return _whole(value) if "\\ud" in text.lower() else value
    except (ValueError, RecursionError) as error:
        raise PayloadUnreadable("no JSON object") from error
    raise PayloadUnreadable("no JSON object")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    return value
