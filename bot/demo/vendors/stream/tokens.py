"""Which tokens Stream Video takes: with the standard claims about time or without them."""

from typing import Any

import jwt
from jwt.types import Options

from bot.demo.vendors.base import ApiRefusal

UNCHECKED: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
"""By the server's own clock instead of the library's."""

SPAN = 2.0
"""Seconds by which a clock may be off."""


def require_token(token: str, secret: str, now: float) -> None:
    """ApiRefusal with Stream's code (getstream.io, API error codes); `now` in Unix seconds."""
    try:
        claims = jwt.decode(token, secret, ["HS256"], options=UNCHECKED)
    except jwt.InvalidSignatureError as error:
        raise ApiRefusal(401, "JWTAuth error: signature is not valid", 43) from error
    except jwt.InvalidTokenError as error:
        raise ApiRefusal(401, "JWTAuth error: token is not valid", 5) from error
    if _number(claims, "exp", now) + SPAN < now:
        raise ApiRefusal(401, "JWTAuth error: token is expired (exp)", 40)
    if _number(claims, "nbf", now) - SPAN > now:
        raise ApiRefusal(401, "JWTAuth error: token is not valid yet (nbf)", 41)
    if _number(claims, "iat", now) - SPAN > now:
        raise ApiRefusal(401, "JWTAuth error: token used before issue at (iat)", 42)


def _number(claims: dict[str, Any], name: str, otherwise: float) -> float:
    return float(claims.get(name, otherwise))
