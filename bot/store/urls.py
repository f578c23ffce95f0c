"""DATABASE_URL: read by its parts, or refused without repeating any of it.

Anybody may paste anything here, a password in the wrong place too. So there are two forms and no
guessing, and nothing of a value that was not understood is ever shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from sqlalchemy import URL

from bot.errors import ConfigError

EXAMPLES = (
    "Write it as postgresql://user:password@host:5432/database, "
    "or as sqlite:////var/lib/callwarden/callwarden.db for a file."
)

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+aiosqlite"}

_PARTS = re.compile(
    r"""
    (?: (?P<user>[^:/@]*) (?: : (?P<password>[^@]*) )? @ )?
    (?P<host> \[[0-9A-Fa-f:.%]+\] | [^\s:/?@\[\]]* )
    (?: : (?P<port>[0-9]*) )?
    (?: / (?P<dbname>[^/?@]*) )?
    (?: \? (?P<query>[^@]*) )?
    """,
    re.VERBOSE,
)
"""What follows `postgresql://`. With one @ at the most it is certain where a password ends."""

_PARTS_TOO = ("user", "password", "host", "port", "dbname")
"""Parameters that say what has its place before the ?; libpq believes what is said there."""

_PLACEHOLDER = re.compile(r"\$\{|\$\(|\{\{|^\$\w+$|^%\w+%$|^<.*>$")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Address:
    """Which database, and how it is reached.

    `url` is for SQLAlchemy: its `str()` and `repr()` hide the password. Parameters are not in it,
    as one of them could be a secret: they are `arguments`, by libpq's names.
    """

    url: URL
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        sqlite = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database or "") if sqlite else None

    @property
    def sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.file is not None

    @property
    def place(self) -> str:
        """Where it is, in words for people who run the bot; without any secret."""
        if self.sqlite:
            return f"SQLite file {self.file}"
        host = self.url.host or self.arguments.get("hostaddr") or "this machine"
        host = f"[{host}]" if ":" in host else host
        port = self.arguments.get("port") or self.url.port
        return f"PostgreSQL at {host}:{port}" if port else f"PostgreSQL at {host}"


def address_of(given: str) -> Address:
    """The address that DATABASE_URL names: `postgres://…`, `postgresql://…` or `sqlite:///path`.

    Raises ConfigError for anything else, without repeating it.
    """
    given = given.strip()
    _require_address(given)
    scheme, _, rest = given.partition("://")
    if scheme in _SQLITE:
        return Address(URL.create("sqlite+aiosqlite", database=_file(rest)))
    if scheme in _POSTGRESQL:
        return _postgresql(rest)
    if scheme.startswith("postgresql+"):
        raise _refused("names a driver", "Begin it with postgresql:// and nothing more.")
    raise _refused("names a database that is neither PostgreSQL nor SQLite")


def sqlite_file(given: str) -> Path | None:
    """The SQLite file that DATABASE_URL names; None for PostgreSQL.

    Raises ConfigError as `address_of`.
    """
    return address_of(given).file


def _refused(why: str, next_step: str = EXAMPLES) -> ConfigError:
    return ConfigError(f"DATABASE_URL {why}.", next_step=next_step)


def _require_address(given: str) -> None:
    """Raises ConfigError for what is no address at all, and says what it looks like instead."""
    if not given:
        raise _refused("is empty")
    if given[0] in _QUOTES or given[-1] in _QUOTES:
        raise _refused("has quotes around it", f"Take them away. {EXAMPLES}")
    if _PLACEHOLDER.search(given):
        raise _refused(
            "is a placeholder that nothing has filled in", f"Put the value there. {EXAMPLES}"
        )
    if _CONTROL.search(given):
        raise _refused("holds a line break or another control character")
    if given.startswith("DATABASE_URL"):
        raise _refused("begins with its own name", f"Leave out DATABASE_URL=. {EXAMPLES}")
    if "://" not in given:
        raise _refused(
            "is not an address" if "=" not in given else "is written as name=value pairs"
        )


def _file(rest: str) -> str:
    """The path after `sqlite://`. Raises ConfigError."""
    path = unquote(rest[1:])
    if not rest.startswith("/"):
        raise _refused(
            "names no SQLite file", f"There are three slashes before its path. {EXAMPLES}"
        )
    if path in ("", ":memory:") or path.startswith("file:") or _CONTROL.search(path):
        raise _refused("must name an SQLite file: what is in memory is lost")
    if "?" in rest:
        raise _refused(
            "has parameters, and an SQLite file takes none", "Take away all from the ? on."
        )
    try:
        return str(Path(path).expanduser())
    except RuntimeError:
        raise _refused("names the home of somebody whom this machine does not know") from None


def _postgresql(rest: str) -> Address:
    parts = _PARTS.fullmatch(rest)
    if parts is None:
        if rest.count("@") > 1:
            raise _refused("has more than one @", "In a password, @ has to be written as %40.")
        raise _refused(
            "cannot be read: after the host comes a port in digits, then /database",
            f"In a user or a password, : / ? # and @ have to be percent-encoded. {EXAMPLES}",
        )
    said = {name: text for name, text in parts.groupdict().items() if text}
    arguments = _parameters(said.pop("query", ""))
    said = {name: unquote(text) for name, text in said.items()}
    said |= {name: arguments.pop(name) for name in _PARTS_TOO if arguments.get(name)}
    if any(_CONTROL.search(text) for text in (*said.values(), *arguments.values())):
        raise _refused("holds a control character, percent-encoded")
    url = URL.create(
        "postgresql+psycopg",
        username=said.get("user"),
        password=said.get("password"),
        host=said.get("host", "").strip("[]") or None,
        port=_port(said.get("port"), arguments),
        database=said.get("dbname"),
    )
    return Address(url, MappingProxyType(arguments))


def _port(said: str | None, arguments: dict[str, str]) -> int | None:
    """The port as a number; several, one for each host, are left to libpq as an argument."""
    if said is None:
        return None
    if not re.fullmatch("[0-9,]*", said):
        raise _refused("has a port that is no number", "PostgreSQL's own is 5432.")
    if "," in said:
        arguments["port"] = said
        return None
    if not 0 < int(said[:6]) < 1 << 16:
        raise _refused("has a port that does not exist", "PostgreSQL's own is 5432.")
    return int(said)


def _parameters(query: str) -> dict[str, str]:
    """The parameters after the ?, each once and known to PostgreSQL's client library.

    Raises ConfigError.
    """
    found: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        if not equals or name in found:
            raise _refused("has a parameter without a value, or twice", f"After the ? {_FORM}")
        found[name] = unquote(value)
    if unknown := [name for name in found if name not in _known()]:
        raise _refused(
            "has a parameter that PostgreSQL's client library does not know",
            _nearest(unknown[0]),
        )
    return found


_FORM = "come pairs such as sslmode=require, with & between them."


def _known() -> frozenset[str]:
    from psycopg.pq import Conninfo  # noqa: PLC0415 - a start on SQLite has not got the time

    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


def _nearest(unknown: str) -> str:
    """The known parameter that may be meant, as a next step.

    The unknown name itself is not shown: a cut password may look like one.
    """
    near = get_close_matches(unknown, sorted(_known()), n=1)
    perhaps = f"Perhaps {near[0]} is meant; otherwise take it out." if near else "Take it out."
    return f"{perhaps} After the ? {_FORM}"
