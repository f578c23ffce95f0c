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
        told = json.loads(text)
        if isinstance(told, dict):
            return _whole(told) if "\\ud" in text.lower() else told
    except (ValueError, RecursionError) as error:
        raise PayloadUnreadable("no JSON object") from error
    raise PayloadUnreadable("no JSON object")


def _whole(told: Any) -> Any:
    if isinstance(told, str):
        return told.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(told, list):
        return [_whole(item) for item in told]
    if isinstance(told, dict):
        return {_whole(name): _whole(item) for name, item in told.items()}
    return told
