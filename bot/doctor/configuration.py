"""The environment and callwarden.toml: every mistake, and the settings as far as they go."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bot.doctor.findings import Finding, bad, good, warning
from bot.errors import ConfigError
from bot.settings import Settings
from bot.settings_file import ConfigFile, mistakes, read

FILE, ENVIRONMENT = "callwarden.toml", "Environment"

UNSET = "unset"
"""Stands for a stream key that is not set, so that the rest can be looked at."""


class ReadSettings(NamedTuple):
    """The settings as far as they can be read, and what was found wrong with them.

    `settings` is None when not even the environment can be read.
    """

    settings: Settings | None
    findings: list[Finding]


def read_settings(environ: Mapping[str, str], file: Path | None) -> ReadSettings:
    """The settings this process would start with, and all that is wrong with them.

    When the file cannot be read, the environment is checked without it.
    """
    config, found = _file(file)
    keys, missing = _stream_keys(config, environ)
    found += missing
    readable = file if config is not None else None
    try:
        settings = Settings.load({**keys, **environ}, readable)
    except ConfigError as error:
        mend = error.next_step or "Set the variable right in the environment."
        return ReadSettings(None, [*found, bad(ENVIRONMENT, str(error), mend)])
    return ReadSettings(settings, found)


def _file(file: Path | None) -> tuple[ConfigFile | None, list[Finding]]:
    if file is None:
        mend = "Copy callwarden.example.toml to callwarden.toml and name moderators in it."
        return None, [warning(FILE, "There is none: all may look and nobody may act.", mend)]
    if wrong := mistakes(file):
        mend = "Correct it: Callwarden does not start with it. The rest is looked at without it."
        return None, [bad(FILE, item, mend) for item in wrong]
    config = read(file)
    if not any((config.people.moderators, config.people.leads, config.people.admins)) and not any(
        getattr(config.vendors, vendor).moderators for vendor in type(config.vendors).model_fields
    ):
        mend = 'Add `moderators = ["U…"]` under `[people]`.'
        return config, [warning(FILE, "Nobody may act: no role is given to anybody.", mend)]
    return config, [good(FILE, f"{file.name} can be read.")]


def _stream_keys(
    config: ConfigFile | None, environ: Mapping[str, str]
) -> tuple[dict[str, str], list[Finding]]:
    """Stand-ins for the stream keys that are not set, and a finding for each."""
    missing = {
        name: table.key_env
        for name, table in (config.rtmp if config else {}).items()
        if not environ.get(table.key_env, "").strip()
    }
    found = [
        bad(
            FILE,
            f"{key} is missing: `[rtmp.{name}]` takes its stream key from it.",
            f"Set {key} in the environment, or take `[rtmp.{name}]` out.",
        )
        for name, key in missing.items()
    ]
    return dict.fromkeys(missing.values(), UNSET), found
