"""Which lines and branches of ours the tests reach, counted by SlipCover in every test process.

Tracing, the only way coverage.py can count branches under Python 3.11, takes twice the time of the
tests; SlipCover writes its counting into the code as it is imported, and out again once it knows.
Its own command line cannot start this suite (it loads `tests/__init__.py` as no package), so that
`tests.reach.counting` is a plug-in of pytest, and `python -m tests.reach` adds up what it wrote.
"""

from pathlib import Path

SOURCE = ("bot", "handlers")
"""What is counted."""

LOADED_BY_OTHERS = ("bot/store/migrations/*",)
"""What Alembic loads by its path, past our counting; every test with a database runs it."""

WHOLLY = (
    "bot/calls/",
    "bot/policy/",
    "bot/moderation/",
    "bot/usage/",
    "bot/digests/",
    "bot/store/audit/chain.py",
)
"""What has to be reached line by line and branch by branch."""

FLOOR = 95.0
"""How much of everything has to be reached, in percent."""

NOT_MEANT = ("if TYPE_CHECKING:", r"\.\.\.$", r"class .*\(Protocol\):")
"""Lines, and the blocks they open, that say something to the type checker alone."""

FOLDER = Path(".coverage")
"""Where each process writes what it counted; `make test` empties it first."""
