"""What people type out of habit from elsewhere: the word for it here, or where it is."""

from bot.errors import BadInput

SYNONYMS = {
    "ban": "block",
    "close": "end",
    "history": "audit",
    "hush": "silence",
    "log": "audit",
    "logs": "audit",
    "ls": "list",
    "remove": "kick",
    "shut": "silence",
    "summarize": "summarise",
    "unban": "unblock",
    "who": "find",
}
"""Words that mean one command here, and that command."""

_ELSEWHERE = {
    "undo": (
        "Undo is a button.",
        "It is below the case in the moderation channel; `{command} audit by me` finds yours.",
    ),
    "unmute": (
        "Nobody can be unmuted from here: people unmute themselves.",
        "If they were silenced, use `{command} unsilence K7QX alice`.",
    ),
    "stop": (
        "Stop what?",
        "`{command} record K7QX stop`, likewise live, rtmp; the call: `{command} end K7QX`.",
    ),
    "stats": (
        "Which statistics?",
        "Of one call: `{command} quality K7QX`. Of a day: `{command} digest preview`.",
    ),
}
"""Words that mean no one command here: what to say, and what to type instead."""


def command_for(word: str) -> str:
    """The command that a word means, or the word itself."""
    return SYNONYMS.get(word, word)


def require_here(word: str, command: str) -> None:
    """Raise BadInput, with what to do instead, for a word of what is done in another way here."""
    if word in _ELSEWHERE:
        why, instead = _ELSEWHERE[word]
        raise BadInput(why, next_step=instead.format(command=command))
