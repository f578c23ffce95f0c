"""What `callwarden doctor` prints, and what it takes for granted."""

import json

import pytest
import yaml
from sqlalchemy import create_engine

from bot.cli_tables import findings_as_json, findings_text
from bot.doctor import Finding, Severity
from bot.doctor.slack import OPTIONAL, REQUIRED
from bot.errors import DatabaseUnusable
from bot.store.failures.classify import translated_errors
from bot.store.urls import address_of
from bot.store.writable import require_writable
from tests.doctor.surroundings import ROOT

FOUND = [
    Finding(about="Clock", sign=Severity.GOOD, says="Fine."),
    Finding(about="Slack token", sign=Severity.BAD, says="Gone.", mend="Set it."),
    Finding(about="Metrics", sign=Severity.WARNING, says="Open.", mend="Close it."),
]


def test_each_finding_is_a_line_and_what_mends_it_stands_below() -> None:
    assert findings_text(FOUND).splitlines() == [
        "✓ Clock        Fine.",
        "✗ Slack token  Gone.",
        "               → Set it.",
        "! Metrics      Open.",
        "               → Close it.",
        "",
        "1 to be mended, 1 warning.",
    ]


def test_programs_get_a_json_list() -> None:
    assert json.loads(findings_as_json(FOUND))[1] == {
        "about": "Slack token",
        "sign": "bad",
        "says": "Gone.",
        "mend": "Set it.",
    }


def test_the_scopes_it_knows_are_those_of_the_manifest() -> None:
    asked = yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8"))["oauth_config"]["scopes"]
    assert set(OPTIONAL) == set(asked["bot_optional"])
    assert set(REQUIRED) == set(asked["bot"]) - set(OPTIONAL)


def test_a_file_that_can_only_be_read_is_told_from_a_busy_one(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with (
        engine.connect() as connection,
        pytest.raises(DatabaseUnusable, match="cannot be written"),
        translated_errors(address_of(sqlite_url)),
    ):
        require_writable(connection, sqlite=True)
    engine.dispose()
