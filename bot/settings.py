"""The settings: one typed object from the environment and callwarden.toml.

Nothing else reads os.environ.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.calls.models import Frozen, RtmpTarget, Vendor
from bot.errors import ConfigError
from bot.network import DIRECT, Network
from bot.policy.rules import Rules, spelled
from bot.settings_file import ConfigFile, Limits, LockTable, Prices, RtmpTable, read
from bot.settings_mistakes import Mistake, expectation

DEFAULT_FILE = Path("callwarden.toml")

Url = Annotated[
    str,
    spelled(r"https?://[^\s/]\S*", "an address such as https://example.com", secret=True),
    AfterValidator(lambda url: url.rstrip("/")),
]
"""An http(s) address without a slash at its end."""
Word = Annotated[
    str, spelled(r"[A-Za-z0-9_-]+", "an id: letters, digits, - and _ only", secret=True)
]
"""An id that becomes part of an address."""


class FromEnvironment(BaseModel):
    """Fields filled from environment variables, by alias; other variables are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Slack(FromEnvironment):
    """How to reach Slack, and how Slack's requests are known to be its own.

    With an app-level token they come by Socket Mode, and no signing secret is needed.
    """

    bot_token: SecretStr | None = Field(None, alias="SLACK_BOT_TOKEN")
    app_token: SecretStr | None = Field(None, alias="SLACK_APP_TOKEN")
    signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    api_url: Annotated[Url, AfterValidator(lambda url: f"{url}/")] = Field(
        "https://slack.com/api/", alias="SLACK_API_URL"
    )

    def token(self) -> str:
        """The bot's token. Raises ConfigError naming the variables that are still to be set."""
        if self.missing or self.bot_token is None:
            raise ConfigError(
                f"Slack is not connected: {_and(self.missing)} missing.",
                next_step="Set them in the environment; README.md says where to find them. "
                "SLACK_APP_TOKEN turns on Socket Mode, which needs no signing secret.",
            )
        return self.bot_token.get_secret_value()

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables still to be set before Slack can be served, by name."""
        wanted = {
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret or self.app_token,
        }
        return tuple(name for name, value in wanted.items() if value is None)


class StreamSettings(FromEnvironment):
    """Stream Video's credentials and addresses. The base URL ends before `/api/v2`.

    `moderator_id` is the Stream user in whose name people are muted, kicked and written to; it has
    to exist there.
    """

    api_key: str = Field(alias="STREAM_API_KEY")
    api_secret: SecretStr = Field(alias="STREAM_API_SECRET")
    base_url: Url = Field("https://video.stream-io-api.com", alias="STREAM_BASE_URL")
    moderator_id: str | None = Field(None, alias="STREAM_MODERATOR_ID")


class RealtimeKitSettings(FromEnvironment):
    """Cloudflare RealtimeKit's credentials and addresses. The base URL ends before `/accounts`.

    `webhook_keys_url` is where the key that its events are signed with is published.
    """

    account_id: Word = Field(alias="REALTIMEKIT_ACCOUNT_ID")
    app_id: Word = Field(alias="REALTIMEKIT_APP_ID")
    api_token: SecretStr = Field(alias="REALTIMEKIT_API_TOKEN")
    base_url: Url = Field("https://api.cloudflare.com/client/v4", alias="REALTIMEKIT_BASE_URL")
    webhook_keys_url: Url = Field(
        "https://api.realtime.cloudflare.com/.well-known/webhooks.json",
        alias="REALTIMEKIT_WEBHOOK_KEYS_URL",
    )


class CometChatSettings(FromEnvironment):
    """CometChat's credentials; the hosts of its call and chat APIs are made from id and region.

    `webhook_auth` is the `user:password` its events come with; without it all are rejected.
    """

    app_id: Word = Field(alias="COMETCHAT_APP_ID")
    region: Annotated[Literal["us", "eu", "in"], BeforeValidator(str.lower)] = Field(
        alias="COMETCHAT_REGION"
    )
    api_key: SecretStr = Field(alias="COMETCHAT_API_KEY")
    base_url: Url = Field(
        default_factory=lambda data: _cometchat_url("call", data), alias="COMETCHAT_BASE_URL"
    )
    chat_base_url: Url = Field(
        default_factory=lambda data: _cometchat_url("api", data), alias="COMETCHAT_CHAT_BASE_URL"
    )
    webhook_auth: SecretStr | None = Field(None, alias="COMETCHAT_WEBHOOK_AUTH")


def _cometchat_url(host: str, data: Mapping[str, Any]) -> str:
    """Source: CometChat's REST overview. Half-read data give a URL nobody will see."""
    return f"https://{data.get('app_id')}.{host}-{data.get('region')}.cometchat.io/v3"


class VendorOff(NamedTuple):
    """A vendor that is not used, and why in one sentence naming the variables.

    `half` is whether some of its variables are set: then it is hardly meant to be off.
    """

    vendor: Vendor
    why: str
    half: bool


class Process(FromEnvironment):
    """How the process runs. `database_url` is as the host gives it: SQLite or PostgreSQL.

    With `metrics_token` set, `/metrics` is only for those who show it. `metrics_port` is a further
    port, for those who watch from a private network.
    """

    database_url: SecretStr = Field(SecretStr("sqlite:///callwarden.db"), alias="DATABASE_URL")
    host: str = Field("127.0.0.1", alias="HOST")
    port: int = Field(3000, ge=0, le=65535, alias="PORT")
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)
    ] = Field("INFO", alias="LOG_LEVEL")
    command: Annotated[
        str,
        spelled(r"/[a-z0-9_-]{1,31}", "a slash command: a slash, then a-z, 0-9, - or _: /calls"),
    ] = Field("/calls", alias="CALLWARDEN_COMMAND")
    metrics_token: SecretStr | None = Field(None, alias="METRICS_TOKEN")
    metrics_port: int | None = Field(None, ge=0, le=65535, alias="METRICS_PORT")


class Settings(Frozen):
    """Everything that can be set. A vendor is None unless its credentials are complete."""

    process: Process
    slack: Slack
    stream: StreamSettings | None
    realtimekit: RealtimeKitSettings | None
    cometchat: CometChatSettings | None
    off: tuple[VendorOff, ...]
    rtmp: Mapping[str, RtmpTarget]
    rules: Rules
    limits: Limits
    lock: LockTable = LockTable()
    prices: Prices = Prices()
    reasons: tuple[str, ...] = ()
    network: Network = DIRECT

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        """The vendors that are on."""
        return tuple(vendor for vendor in Vendor if getattr(self, vendor.value) is not None)

    @classmethod
    def load(cls, environ: Mapping[str, str], file: Path | None) -> Self:
        """Settings from the variables in `environ` and from `file`; None means there is no file.

        Empty variables count as unset. Raises ConfigError naming the variable or the key.
        """
        variables = {name: text.strip() for name, text in environ.items() if text.strip()}
        config = ConfigFile() if file is None else read(file)
        vendors, off = _vendors(variables)
        return cls(
            process=_read(Process, variables),
            slack=_read(Slack, variables),
            off=off,
            rtmp={name: _target(name, table, variables) for name, table in config.rtmp.items()},
            rules=config.rules(None if file is None else file.name),
            limits=config.limits,
            lock=config.lock,
            prices=config.prices,
            reasons=config.reasons,
            network=Network.of(variables),
            **vendors,
        )

    @classmethod
    def from_process(cls, defaults: Mapping[str, str] = MappingProxyType({})) -> Self:
        """Settings from this process's environment and the file CALLWARDEN_CONFIG names.

        Unset, it is callwarden.toml in the working directory where there is one. `defaults` stand
        for variables that are not set.
        """
        given = {name: text for name, text in os.environ.items() if text.strip()}
        return cls.load({**defaults, **given}, named_file(given))


def named_file(environ: Mapping[str, str]) -> Path | None:
    """The file CALLWARDEN_CONFIG names, else callwarden.toml here where there is one, else None."""
    named = environ.get("CALLWARDEN_CONFIG", "").strip()
    default = DEFAULT_FILE if DEFAULT_FILE.exists() else None
    return Path(named) if named else default


T = TypeVar("T", bound=FromEnvironment)

_VENDORS: Mapping[Vendor, type[FromEnvironment]] = {
    Vendor.STREAM: StreamSettings,
    Vendor.REALTIMEKIT: RealtimeKitSettings,
    Vendor.COMETCHAT: CometChatSettings,
}


def _vendors(
    variables: Mapping[str, str],
) -> tuple[dict[str, FromEnvironment | None], tuple[VendorOff, ...]]:
    found: dict[str, FromEnvironment | None] = {}
    off = []
    for vendor, kind in _VENDORS.items():
        try:
            found[vendor.value] = kind.model_validate(variables)
        except ValidationError as error:
            found[vendor.value] = None
            half = any(name.startswith(f"{vendor.name}_") for name in variables)
            off.append(VendorOff(vendor, _why(error), half))
    return found, tuple(off)


def _read(kind: type[T], variables: Mapping[str, str]) -> T:
    try:
        return kind.model_validate(variables)
    except ValidationError as error:
        raise ConfigError(f"{_why(error)}.") from None


def _why(error: ValidationError) -> str:
    """One sentence: the variables that are missing, else what is wrong with the first one."""
    mistakes = error.errors(include_url=False, include_input=False)
    missing = [str(mistake["loc"][0]) for mistake in mistakes if mistake["type"] == "missing"]
    if missing:
        return f"{_and(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    return _wrong(mistakes[0])


def _wrong(mistake: Mistake) -> str:
    name = str(mistake["loc"][0])
    return f"{name} is wrong: {expectation(mistake, write=lambda value: f'{name}={value}')}"


def _and(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _target(name: str, table: RtmpTable, variables: Mapping[str, str]) -> RtmpTarget:
    key = variables.get(table.key_env)
    if key is None:
        raise ConfigError(
            f"{table.key_env} is missing: `[rtmp.{name}]` takes its stream key from it.",
            next_step=f"Set {table.key_env} in the environment, or take `[rtmp.{name}]` out.",
        )
    return RtmpTarget(url=table.url, key=SecretStr(key))
