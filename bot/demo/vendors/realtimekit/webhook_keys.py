"""Where the make-believe RealtimeKit publishes the key that its events are signed with.

A host of its own, as Cloudflare's is, which asks nobody for a token.
"""

import base64
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/.well-known/webhooks.json"


class WebhookKeys:
    """A key made when it is first needed, the address where its public half is, and signatures."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route(PATH, self._published)])

    @cached_property
    def _key(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, body: bytes) -> str:
        """The `rtk-signature` of an event."""
        return base64.b64encode(self._key.sign(body, PKCS1v15(), SHA256())).decode()

    async def _published(self, _: Request) -> Response:
        form = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        pem = self._key.public_key().public_bytes(*form).decode()
        return JSONResponse({"success": True, "data": {"publicKey": pem}})
