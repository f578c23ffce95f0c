"""Serving a make-believe side of the world on loopback."""

from functools import partial

from bot.server import listening

serve = partial(listening, grace=1)
"""`async with serve(app) as base_url`: on 127.0.0.1, on a free port unless one is given."""
