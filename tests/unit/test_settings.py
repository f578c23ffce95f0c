"""What the environment says becomes one typed object, or a sentence naming the variable."""

from pathlib import Path
from string import printable

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.calls.models import Vendor
from bot.errors import ConfigError
from bot.settings import Settings

STREAM = {"STREAM_API_KEY": "key", "STREAM_API_SECRET": "hush-stream"}
REALTIMEKIT = {
    "REALTIMEKIT_ACCOUNT_ID": "acc",
    "REALTIMEKIT_APP_ID": "app",
    "REALTIMEKIT_API_TOKEN": "hush-kit",
}
COMETCHAT = {
    "COMETCHAT_APP_ID": "app",
    "COMETCHAT_REGION": "EU",
    "COMETCHAT_API_KEY": "hush-comet",
}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-hush", "SLACK_SIGNING_SECRET": "hush-slack"}
ALL = STREAM | REALTIMEKIT | COMETCHAT | SLACK


def revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def why_off(settings: Settings) -> dict[Vendor, str]:
    return {off.vendor: off.why for off in settings.off}


def test_an_empty_environment_gives_defaults_and_no_vendor() -> None:
    settings = Settings.load({}, None)
    process = settings.process
    assert revealed(process.database_url) == "sqlite:///callwarden.db"
    assert (process.host, process.port, process.log_level) == ("127.0.0.1", 3000, "INFO")
    assert process.command == "/calls"
    assert settings.slack.api_url == "https://slack.com/api/"
    assert settings.slack.missing == ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
    assert (settings.limits.list_seconds, settings.limits.act_seconds) == (2.0, 8.0)
    assert settings.rules.file is None
    assert why_off(settings) == {
        Vendor.STREAM: "STREAM_API_KEY and STREAM_API_SECRET are missing",
        Vendor.REALTIMEKIT: (
            "REALTIMEKIT_ACCOUNT_ID, REALTIMEKIT_APP_ID and REALTIMEKIT_API_TOKEN are missing"
        ),
        Vendor.COMETCHAT: ("COMETCHAT_APP_ID, COMETCHAT_REGION and COMETCHAT_API_KEY are missing"),
    }


def test_an_app_level_token_takes_the_place_of_the_signing_secret() -> None:
    settings = Settings.load({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, None)
    assert settings.slack.missing == ()
    assert settings.slack.token() == "xoxb-1"
    assert "xapp-1" not in repr(settings)
    without = Settings.load({"SLACK_APP_TOKEN": "xapp-1"}, None)
    assert without.slack.missing == ("SLACK_BOT_TOKEN",)


def test_complete_credentials_turn_a_vendor_on_with_the_vendors_own_address() -> None:
    settings = Settings.load(ALL, None)
    assert settings.off == ()
    assert settings.stream is not None
    assert settings.stream.base_url == "https://video.stream-io-api.com"
    assert settings.realtimekit is not None
    assert settings.realtimekit.base_url == "https://api.cloudflare.com/client/v4"
    assert settings.cometchat is not None
    assert settings.cometchat.base_url == "https://app.call-eu.cometchat.io/v3"
    assert settings.cometchat.chat_base_url == "https://app.api-eu.cometchat.io/v3"
    assert settings.slack.missing == ()


def test_addresses_can_point_elsewhere_and_lose_their_last_slash() -> None:
    elsewhere = {
        "STREAM_BASE_URL": "http://127.0.0.1:9/",
        "COMETCHAT_BASE_URL": "http://127.0.0.1:9/v3",
        "SLACK_API_URL": "http://127.0.0.1:9/api",
        "REALTIMEKIT_HIDDEN_MUTE": "a setting of an older release",
    }
    settings = Settings.load(ALL | elsewhere, None)
    assert settings.stream is not None
    assert settings.stream.base_url == "http://127.0.0.1:9"
    assert settings.cometchat is not None
    assert settings.cometchat.base_url == "http://127.0.0.1:9/v3"
    assert settings.slack.api_url == "http://127.0.0.1:9/api/"
    assert settings.realtimekit is not None


@pytest.mark.parametrize("name", sorted(STREAM | REALTIMEKIT | COMETCHAT))
def test_half_set_credentials_turn_one_vendor_off_and_name_what_is_missing(name: str) -> None:
    settings = Settings.load(ALL | {name: "  "}, None)
    ((vendor, why, half),) = settings.off
    assert name.lower().startswith(vendor.value)
    assert (why, half) == (f"{name} is missing", True)
    assert getattr(settings, vendor.value) is None


def test_a_wrong_region_turns_cometchat_off_and_says_which_there_are() -> None:
    ((vendor, why, _),) = Settings.load(ALL | {"COMETCHAT_REGION": "mars"}, None).off
    assert vendor is Vendor.COMETCHAT
    assert why == "COMETCHAT_REGION is wrong: it is one of us, eu or in"


def test_missing_variables_are_said_before_wrong_ones() -> None:
    broken = ALL | {"STREAM_API_SECRET": "", "STREAM_BASE_URL": "ftp://x"}
    assert why_off(Settings.load(broken, None))[Vendor.STREAM] == "STREAM_API_SECRET is missing"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "http", "a whole number belongs here, such as PORT=3000."),
        ("PORT", "70000", "it must be at most 65535."),
        ("LOG_LEVEL", "loud", "it is one of DEBUG, INFO, WARNING, ERROR or CRITICAL."),
        (
            "CALLWARDEN_COMMAND",
            "calls",
            "'calls' is not a slash command: a slash, then a-z, 0-9, - or _: /calls.",
        ),
        ("SLACK_API_URL", "slack.com", "it is not an address such as https://example.com."),
    ],
)
def test_a_wrong_variable_is_a_config_error_naming_it_and_what_belongs_there(
    name: str, value: str, words: str
) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.load({name: value}, None)
    assert str(error.value) == f"{name} is wrong: {words}"


def test_values_are_taken_without_the_blanks_around_them() -> None:
    settings = Settings.load(ALL | {"STREAM_API_SECRET": "hush\n", "LOG_LEVEL": "debug"}, None)
    assert settings.stream is not None
    assert revealed(settings.stream.api_secret) == "hush"
    assert settings.process.log_level == "DEBUG"


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(Settings.load(ALL | {"DATABASE_URL": "postgresql://u:hush@h/d"}, None))
    assert "hush" not in shown


@example_settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*sorted(ALL), "PORT", "DATABASE_URL"]),
        st.text(printable + "ü\x00", max_size=6),
        max_size=6,
    )
)
def test_whatever_the_environment_holds_the_answer_is_settings_or_a_config_error(
    environ: dict[str, str],
) -> None:
    try:
        settings = Settings.load(environ, None)
    except ConfigError as error:
        assert "Input should" not in str(error)  # noqa: PT017 (either end is right)
    else:
        on = {vendor for vendor in Vendor if getattr(settings, vendor.value) is not None}
        assert on | {off.vendor for off in settings.off} == set(Vendor)
        assert on.isdisjoint(off.vendor for off in settings.off)


def test_a_process_reads_the_file_callwarden_config_names_else_the_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLWARDEN_CONFIG", raising=False)
    assert Settings.from_process().rules.file is None
    (tmp_path / "callwarden.toml").touch()
    assert Settings.from_process().rules.file == "callwarden.toml"
    (tmp_path / "other.toml").touch()
    monkeypatch.setenv("CALLWARDEN_CONFIG", str(tmp_path / "other.toml"))
    assert Settings.from_process().rules.file == "other.toml"


def test_the_example_file_is_valid_and_every_section_says_something() -> None:
    example = Path(__file__).parents[2] / "callwarden.example.toml"
    settings = Settings.load({"YOUTUBE_STREAM_KEY": "hush"}, example)
    plain = Settings.load({}, None)
    assert settings.rtmp["youtube"].url == "rtmps://a.rtmps.youtube.com/live2"
    assert revealed(settings.rtmp["youtube"].key) == "hush"
    for section in ("people", "verbs", "vendors", "protected", "slack"):
        assert getattr(settings.rules, section) != getattr(plain.rules, section)
    assert settings.limits == plain.limits
