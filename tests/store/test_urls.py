"""DATABASE_URL: what is taken, what is refused, and that no secret of it is ever shown."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.store.database import Database
from bot.store.urls import address_of, sqlite_file

CANARY = "hunter2"


@pytest.mark.parametrize(
    ("given", "driver", "database"),
    [
        ("postgres://u:p%40ss@db:5432/calls?sslmode=require", "postgresql+psycopg", "calls"),
        ("postgresql://u@db/calls", "postgresql+psycopg", "calls"),
        ("postgresql+psycopg://u@db/calls", "postgresql+psycopg", "calls"),
        ("sqlite:///calls.db", "sqlite+aiosqlite", "calls.db"),
        ("sqlite:////var/calls.db", "sqlite+aiosqlite", "/var/calls.db"),
        ("sqlite+aiosqlite:////var/my calls.db", "sqlite+aiosqlite", "/var/my calls.db"),
    ],
)
def test_addresses_are_taken_as_hosts_give_them(given: str, driver: str, database: str) -> None:
    address = address_of(given)
    assert (address.url.drivername, address.url.database) == (driver, database)
    assert address.sqlite is driver.startswith("sqlite")
    assert sqlite_file(given) == (Path(database) if address.sqlite else None)


@pytest.mark.parametrize(
    ("given", "place", "user", "database"),
    [
        ("postgres://ann:p@db.example:5432/calls", "db.example:5432", "ann", "calls"),
        ("postgres://ann@[::1]:5432/calls", "[::1]:5432", "ann", "calls"),
        ("postgres:///calls?host=/run/postgresql&user=ann", "/run/postgresql", "ann", "calls"),
        ("postgres://?host=a,b&port=1,2&dbname=calls", "a,b:1,2", None, "calls"),
        ("postgres://?hostaddr=10.0.0.1", "10.0.0.1", None, None),
        ("postgres://", "this machine", None, None),
    ],
)
def test_where_a_database_is_can_be_said(
    given: str, place: str, user: str | None, database: str | None
) -> None:
    address = address_of(given)
    assert address.place == f"PostgreSQL at {place}"
    assert (address.url.username, address.url.database) == (user, database)


def test_a_home_directory_may_be_written_with_a_tilde() -> None:
    assert sqlite_file("sqlite:///~/calls.db") == Path.home() / "calls.db"
    with pytest.raises(ConfigError, match="home of somebody"):
        address_of("sqlite:///~nobody-of-that-name/calls.db")


@pytest.mark.parametrize(
    ("given", "why", "mend"),
    [
        ("", "is empty", "postgresql://"),
        ("host=db password=hunter2", "name=value pairs", "postgresql://"),
        ("postgres", "is not an address", "sqlite:///"),
        ("callwarden.db", "is not an address", "sqlite:///"),
        ("${DATABASE_URL}", "placeholder", "Put the value"),
        ("$DATABASE_URL", "placeholder", "Put the value"),
        ("{{ database.url }}", "placeholder", "Put the value"),
        ("postgres://u:$(PASSWORD)@h/d", "placeholder", "Put the value"),
        ('"postgres://u:hunter2@db/x"', "quotes", "Take them away"),
        ("'sqlite:///x.db'", "quotes", "Take them away"),
        ("DATABASE_URL=postgres://u:hunter2@db/x", "its own name", "Leave out"),
        ("mysql://u:hunter2@db/x", "neither PostgreSQL nor SQLite", "postgresql://"),
        ("postgresql+asyncpg://u:hunter2@db/x", "names a driver", "postgresql://"),
        ("://hunter2", "neither", "postgresql://"),
        ("postgres://u:hunter2@db/x\ny", "line break", "postgresql://"),
        ("postgres://u:hunter2%00@db/x", "control character", "postgresql://"),
        ("postgres://u:hunt@er2@db/x", "more than one @", "%40"),
        ("postgres://u:hunter2@h:x/d", "cannot be read", "percent-encoded"),
        ("postgres://u:hunter2@h:0/d", "port that does not exist", "5432"),
        ("postgres://u:hunter2@h:65536/d", "port that does not exist", "5432"),
        ("postgres://u@h/d?port=hunter2", "port that is no number", "5432"),
        ("postgres://u@h/d?pasword=hunter2", "client library does not know", "Perhaps password"),
        ("postgres://u@h/d?pgbouncer=true", "client library does not know", "Take it out"),
        ("postgres://u@h/d?sslmode", "without a value", "sslmode=require"),
        ("postgres://u@h/d?user=a&user=b", "twice", "sslmode=require"),
        ("sqlite://callwarden.db", "names no SQLite file", "three slashes"),
        ("sqlite://", "names no SQLite file", "three slashes"),
        ("sqlite:///", "in memory", "sqlite:///"),
        ("sqlite:///:memory:", "in memory", "sqlite:///"),
        ("sqlite:///file:x?mode=memory", "in memory", "sqlite:///"),
        ("sqlite:///x.db?timeout=5", "parameters", "Take away"),
    ],
)
def test_other_addresses_are_refused_with_what_one_looks_like(
    given: str, why: str, mend: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        address_of(given)
    assert why in str(caught.value)
    assert mend in caught.value.next_step
    assert "hunt" not in str(caught.value) + caught.value.next_step


UGLY = st.text(alphabet="ab1@:/?#[]%&= +'\"", max_size=6)
"""What stands in passwords and was not meant to mean anything."""


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Addresses with a secret in each of the places where people put it, escaped or not."""
    secret = draw(UGLY) + CANARY + draw(UGLY)
    said = draw(st.sampled_from([secret, quote(secret, safe="")]))
    name = draw(st.sampled_from(["password", "sslpassword", "options", "passfile", "pasword"]))
    form = draw(
        st.sampled_from(
            [
                "{scheme}://ann:{said}@127.0.0.1:9/none",
                "{scheme}://ann@127.0.0.1:9/none?{name}={said}",
                "{scheme}://ann@127.0.0.1:9/none?sslmode=prefer&{name}={said}&connect_timeout=1",
                "{scheme}://ann:{said}@127.0.0.1:9/none?{name}={said}",
                "{scheme}://:{said}@127.0.0.1:9",
                "host=127.0.0.1 port=9 password={said}",
            ]
        )
    )
    scheme = draw(st.sampled_from(["postgres", "postgresql", "postgresql+psycopg", "mysql"]))
    return form.format(scheme=scheme, said=said, name=name)


@given(addresses())
def test_no_secret_of_an_address_is_ever_shown(given: str) -> None:
    try:
        address = address_of(given)
    except ConfigError as error:
        shown = f"{error} {error.next_step} {error!r}"
    else:
        database = Database(address)
        shown = f"{address} {address!r} {address.place} {database.engine!r} {database.writing!r}"
    assert CANARY not in shown


@given(UGLY.map(lambda ugly: f"{ugly}{CANARY}{ugly}"))
def test_a_password_is_taken_as_it_was_meant(password: str) -> None:
    encoded = quote(password, safe="")
    assert address_of(f"postgres://u:{encoded}@h/d").url.password == password
    assert address_of(f"postgres://u@h/d?password={encoded}").url.password == password
    address = address_of(f"postgres://u@h/d?sslpassword={encoded}")
    assert address.arguments == {"sslpassword": password}
