"""Words of `/calls list` that look into a vendor's call log: `status ended user ann type audio`."""

from bot.calls.call_log import MAX_USER, LoggedStatus, Media
from handlers.parsing.words import Words

YES, NO = frozenset({"yes", "true", "with"}), frozenset({"no", "false", "without"})

VALUES: dict[str, tuple[str, dict[str, str | bool]]] = {
    "status": ("status", {str(status): str(status) for status in LoggedStatus}),
    "type": ("media", {str(media): str(media) for media in Media}),
    "recording": (
        "recorded",
        {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)},
    ),
}
"""What follows each word, and which field of `LogFilter` that is."""


def log_word(word: str, words: Words) -> dict[str, str | bool] | None:
    """The part of a `LogFilter` that `word` begins, its value taken from `words`.

    None where it begins none: “status” in a title is a word like any other.
    """
    name, following = word.casefold(), (words.peek() or "").removeprefix("@")
    if name == "user" and following and len(following) <= MAX_USER:
        words.take()
        return {"user": following}
    field, values = VALUES.get(name, ("", {}))
    if following.casefold() not in values:
        return None
    words.take()
    return {field: values[following.casefold()]}
