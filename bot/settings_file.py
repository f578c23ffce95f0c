"""Reading and checking callwarden.toml; a mistake is answered with its key and the nearest one."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from bot.calls.models import Vendor
from bot.calls.verbs import TargetName
from bot.errors import ConfigError
from bot.policy.rules import (
    UNKNOWN_KEY,
    People,
    Places,
    Protected,
    Reading,
    Rules,
    Section,
    Vendors,
    VerbRoles,
    spelled,
)
from bot.settings_mistakes import Mistake, expectation, line_of, syntax

Seconds = Annotated[float, Field(gt=0, le=60, strict=True)]
PerSecond = Annotated[float, Field(ge=1, le=1000, strict=True)]

MOST_REQUESTS = 100_000
"""Of one person, at once or a minute: more than any program of theirs sends."""

AtOnce = Annotated[int, Field(ge=1, le=MOST_REQUESTS, strict=True)]
PerMinute = Annotated[float, Field(ge=1, le=MOST_REQUESTS, strict=True)]

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
"""A reason to pick: as long as an option of a menu may be in Slack."""


def _each_once(reasons: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((reason for reason in reasons if reasons.count(reason) > 1), None)
    if twice is not None:
        raise PydanticCustomError("twice", "{text} is there twice", {"text": repr(twice)})
    return reasons


Reasons = Annotated[tuple[Reason, ...], Field(max_length=100), AfterValidator(_each_once)]
"""What forms offer as reasons; a menu in Slack has at most 100 options, each once."""


class RtmpTable(Section):
    """`[rtmp.<name>]`: an address, and the environment variable that holds its stream key."""

    url: Annotated[
        str,
        spelled(r"rtmps?://\S+", "an address such as rtmps://live.example.com/app", secret=True),
    ]
    key_env: Annotated[
        str,
        spelled(
            r"[A-Za-z_][A-Za-z0-9_]*",
            "the name of an environment variable, such as YOUTUBE_STREAM_KEY",
            secret=True,
        ),
    ]


class Limits(Section):
    """`[limits]`, in seconds: for one vendor's listing, for one request that acts, for a claim.

    A case that a process took up and did not bring back is taken up by another one when the lease
    of the claim has run out; it is renewed while the case is worked on. One act, with all its
    reading back, gets 0.4 of that, not counting the wait for our own turn. Each process asks
    Stream `stream_per_second` times a second at most: the other vendors document their rates,
    Stream's is the account's. It writes `lines_per_second` in the moderation channel, after a
    burst of five: Slack takes about one a second.

    `looks_…` and `orders_…` are what each process takes from one person: a burst at once, and so
    many a minute after that (`bot.moderation.request_budgets`).
    """

    list_seconds: Seconds = 2.0
    act_seconds: Seconds = 8.0
    lease_seconds: Seconds = 60.0
    stream_per_second: PerSecond = 10.0
    lines_per_second: PerSecond = 1.0
    looks_burst: AtOnce = 30
    looks_per_minute: PerMinute = 30.0
    orders_burst: AtOnce = 60
    orders_per_minute: PerMinute = 120.0

    @property
    def timeout_s(self) -> float:
        """The total time for one act, in seconds."""
        return 0.4 * self.lease_seconds


RoleName = Annotated[str, spelled(r"[^\s,]{1,64}", "a role's name: no blanks and no commas")]
"""The name of a role at a vendor."""


class LockTable(Section):
    """`[lock]`: who does not count when a call of Stream Video is locked.

    A lock lets in as many people as are in the call. Those who do not count can still join.
    """

    exclude_roles: tuple[RoleName, ...] = ()
    exclude_owner: Annotated[bool, Field(strict=True)] = False


def _price(value: Any) -> Any:
    """Refuse what is no price; TOML's booleans, `nan` and `inf` are none either."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= DEAREST:
        raise PydanticCustomError(
            "price",
            "{text} is not a price: write a number of at least 0, such as 0.004",
            {"text": repr(value)},
        )
    return value


def _currency(value: Any) -> Any:
    if not isinstance(value, str) or re.fullmatch("[A-Z]{3}", value) is None:
        raise PydanticCustomError(
            "currency",
            "{text} is not a currency: write its three letters, such as EUR",
            {"text": repr(value)},
        )
    return value


DEAREST = 1_000_000
Price = Annotated[float | None, BeforeValidator(_price)]
"""What a minute of one person in a call costs."""


class Prices(Section):
    """`[prices]`: by vendor, in one `currency`; digests then estimate what calls cost.

    A vendor that is left out is not estimated.
    """

    currency: Annotated[str, BeforeValidator(_currency)] = "USD"
    stream: Price = None
    realtimekit: Price = None
    cometchat: Price = None

    @property
    def a_minute(self) -> dict[Vendor, float]:
        """The prices that are given, by vendor."""
        prices = {vendor: getattr(self, vendor.value) for vendor in Vendor}
        return {vendor: price for vendor, price in prices.items() if price is not None}


class ConfigFile(Section):
    """All of callwarden.toml, a field for each table."""

    reasons: Reasons = ()
    people: People = People()
    verbs: VerbRoles = Field(default_factory=dict)
    vendors: Vendors = Vendors()
    protected: Protected = Protected()
    slack: Places = Places()
    reading: Reading = Reading()
    rtmp: Mapping[TargetName, RtmpTable] = {}
    limits: Limits = Limits()
    lock: LockTable = LockTable()
    prices: Prices = Prices()

    def rules(self, file: str | None) -> Rules:
        """The sections that are the policy's rules; `file` is the name to show in refusals."""
        return Rules(
            people=self.people,
            verbs=self.verbs,
            vendors=self.vendors,
            protected=self.protected,
            slack=self.slack,
            reading=self.reading,
            file=file,
        )


def read(file: Path) -> ConfigFile:
    """The file as typed sections. Raises ConfigError naming the file and the line or the key."""
    text = _text(file)
    try:
        return ConfigFile.model_validate(_parsed(file, text))
    except ValidationError as error:
        raise ConfigError(_told(file, text, _mistakes(error)[0])) from None


def mistakes(file: Path) -> Sequence[str]:
    """Everything that is wrong with the file, a sentence each; in one table, the first key."""
    try:
        text = _text(file)
        ConfigFile.model_validate(_parsed(file, text))
    except ConfigError as error:
        return [str(error)]
    except ValidationError as error:
        return [_told(file, text, mistake) for mistake in _mistakes(error)]
    return []


def _text(file: Path) -> str:
    """What the file holds; some editors put a byte order mark before it, which says nothing."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file.name} is not UTF-8 text.", next_step="Save it again with the encoding UTF-8."
        ) from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file.name}, {syntax(error, text)}.") from error


def _mistakes(error: ValidationError) -> Sequence[Mistake]:
    return error.errors(include_url=False)


def _told(file: Path, text: str, mistake: Mistake) -> str:
    place = [part for part in mistake["loc"] if isinstance(part, str) and part != "[key]"]
    unknown = [str(mistake["ctx"]["key"])] if mistake["type"] == UNKNOWN_KEY else []
    line = line_of(place[:-1] if mistake["type"] == "missing" else [*place, *unknown], text)
    where = f"{file.name}, line {line}" if line else file.name
    return f"{where}: {_unknown(mistake['ctx'], place) if unknown else _wrong(mistake, place)}"


def _wrong(mistake: Mistake, place: Sequence[str]) -> str:
    def write(value: str) -> str:
        return f"`{place[-1]} = {value}`"

    return f"{_where(place)}: {expectation(mistake, write=write)}."


def _unknown(context: Mapping[str, Any], table: Sequence[str]) -> str:
    key, known = str(context["key"]), context["known"]
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean `{nearest[0]}`?" if nearest else f"known are {', '.join(known)}."
    return f"unknown key {_where([*table, key])}; {hint}"


def _where(path: Sequence[str]) -> str:
    """`moderators` under `[people]`."""
    *table, key = path
    return f"`{key}` under `[{'.'.join(table)}]`" if table else f"`{key}`"
