"""manifest.yml is what Slack accepts, and asks for no permission without saying why."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, ValidationError

from bot.demo.playground.page.suggestions import COMMANDS
from handlers.events import EVENTS

HERE = Path(__file__).parent
TEXT = (HERE.parents[1] / "manifest.yml").read_text(encoding="utf-8")
SCHEMA = json.loads((HERE / "slack-app-manifest.schema.json").read_text(encoding="utf-8"))

Manifest = dict[str, Any]


@pytest.fixture
def manifest() -> Manifest:
    """A fresh copy of the manifest, free to be spoiled."""
    loaded: Manifest = yaml.safe_load(TEXT)
    return loaded


def validate(manifest: Manifest) -> None:
    """Check against the one version of the schema that `_metadata.major_version` names."""
    version = manifest.get("_metadata", {}).get("major_version", 1)
    picked = {"$ref": f"#/definitions/v{version}", "definitions": SCHEMA["definitions"]}
    Draft7Validator(picked).validate(manifest)


def test_the_schema_is_itself_valid() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_slack_accepts_the_manifest(manifest: Manifest) -> None:
    validate(manifest)
    Draft7Validator(SCHEMA).validate(manifest)


def test_the_playground_offers_the_commands_of_the_manifest(manifest: Manifest) -> None:
    told = tuple(
        (f"{command['command']} {command['usage_hint']}", command["description"])
        for command in manifest["features"]["slash_commands"]
    )
    assert told == COMMANDS


def _long_name(manifest: Manifest) -> None:
    manifest["display_information"]["name"] = "C" * 36


def _long_description(manifest: Manifest) -> None:
    manifest["display_information"]["description"] = "C" * 141


def _bare_command(manifest: Manifest) -> None:
    manifest["features"]["slash_commands"][0]["command"] = "calls"


def _long_command(manifest: Manifest) -> None:
    manifest["features"]["slash_commands"][0]["command"] = "/" + "c" * 32


def _crowd_of_commands(manifest: Manifest) -> None:
    manifest["features"]["slash_commands"] *= 51


def _unknown_key(manifest: Manifest) -> None:
    manifest["settings"]["surprise"] = True


@pytest.mark.parametrize(
    "spoil",
    [
        _long_name,
        _long_description,
        _bare_command,
        _long_command,
        _crowd_of_commands,
        _unknown_key,
    ],
)
def test_a_manifest_beyond_slacks_limits_would_be_noticed(
    manifest: Manifest, spoil: Callable[[Manifest], None]
) -> None:
    spoil(manifest)
    with pytest.raises(ValidationError):
        validate(manifest)


def test_every_scope_says_why_it_is_asked_for(manifest: Manifest) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    asked = scopes["bot"] + scopes["bot_optional"]
    explained = re.findall(r"^ +- ([a-z:.]+)  # \w.{10,}\.$", TEXT, flags=re.MULTILINE)
    assert explained == asked


def test_optional_scopes_are_among_those_asked_for(manifest: Manifest) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) <= set(scopes["bot"])


def test_people_in_calls_arrive_as_typed(manifest: Manifest) -> None:
    """Escaping would turn an @name of the app into a Slack member who happens to share it."""
    assert not any(each["should_escape"] for each in manifest["features"]["slash_commands"])


def test_exactly_the_events_that_are_used_are_asked_for(manifest: Manifest) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert manifest["features"]["app_home"]["home_tab_enabled"]


def test_it_is_accepted_with_socket_mode_on_and_no_address_as_well(manifest: Manifest) -> None:
    manifest["settings"]["socket_mode_enabled"] = True
    for place in ("event_subscriptions", "interactivity"):
        del manifest["settings"][place]["request_url"]
    for command in manifest["features"]["slash_commands"]:
        del command["url"]
    validate(manifest)


def test_all_of_slack_comes_in_by_one_address(manifest: Manifest) -> None:
    addresses = {each["url"] for each in manifest["features"]["slash_commands"]}
    addresses.add(manifest["settings"]["interactivity"]["request_url"])
    addresses.add(manifest["settings"]["event_subscriptions"]["request_url"])
    assert addresses == {"https://your-host/slack/events"}
