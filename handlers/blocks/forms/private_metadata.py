"""What a form carries along in Slack's view, packed where it is longer than there is room."""

import base64
import zlib

MAX_METADATA = 3000
"""Slack's limit for private_metadata."""

MOST_UNPACKED = 64_000
"""Characters that are read of what was packed."""

PACKED = "z"
"""Before what is packed; JSON never begins with it."""


def pack(carried: str) -> str:
    """`carried` as it is where private_metadata has room for it, else compressed."""
    if len(carried) <= MAX_METADATA:
        return carried
    return PACKED + base64.b85encode(zlib.compress(carried.encode(), 9)).decode()


def unpack(carried: str) -> str:
    """What `pack` was given. Raises ValueError when it was changed, TypeError for no text."""
    if not carried.startswith(PACKED):
        return carried
    try:
        packed = base64.b85decode(carried.removeprefix(PACKED))
        return zlib.decompressobj().decompress(packed, MOST_UNPACKED).decode()
    except zlib.error as error:
        raise ValueError("not what was packed") from error
