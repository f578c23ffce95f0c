"""Who may import whom: the arrows of docs/architecture.md never turn back."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [path for top in ("bot", "handlers") for path in sorted((ROOT / top).rglob("*.py"))]

STORE = (
    "store store_tables store_database store_audit store_writing store_base store_cases "
    "store_digests store_usage"
)
"""The store and the rooms in it, which those outside see as one."""

WORLD = (
    f"{STORE} "
    "errors clock clock_skew responses deadline priority single_flight held_lease progress calls "
    "background usage digests meter trace ports policy moderation scheduler usage_import "
    "digest_delivery providers vendor_http stream realtimekit cometchat settings logs "
    "log_stream "
    "lifecycle metrics network"
)

VENDOR = "providers vendor_http ports priority single_flight progress usage calls errors clock"
"""What each vendor's package may import: no vendor knows another."""

MAY_IMPORT = {
    "errors": "",
    "clock": "",
    "deadline": "",
    "priority": "",
    "single_flight": "",
    "held_lease": "clock errors",
    "clock_skew": "clock errors responses",
    "responses": "errors",
    "progress": "calls",
    "calls": "",
    "meter": "calls",
    "network": "calls errors",
    "trace": "",
    "version": "",
    "metrics": "meter calls errors clock clock_skew version",
    "usage": "calls errors clock",
    "digests": "usage calls errors clock",
    "ports": "meter calls usage digests",
    "policy": "ports calls errors clock",
    "moderation": (
        "background deadline priority single_flight held_lease progress policy ports meter trace "
        "calls errors clock"
    ),
    "background": "",
    "scheduler": "background clock_skew meter clock errors",
    "usage_import": "priority ports digests usage calls errors clock",
    "digest_delivery": (
        "background scheduler usage_import moderation policy held_lease priority ports digests "
        "usage calls errors clock"
    ),
    "vendor_http": "deadline priority held_lease meter network calls errors clock responses",
    "providers": "calls errors",
    "stream": VENDOR,
    "realtimekit": VENDOR,
    "cometchat": VENDOR,
    "store_tables": "",
    "store_database": "store_tables errors clock",
    "store_audit": "store_database store_tables ports calls errors",
    "store_writing": "store_audit store_database store_tables meter errors clock",
    "store_base": (
        "store_writing store_audit store_database store_tables meter calls errors clock"
    ),
    "store_usage": "store_base store_writing store_database store_tables usage calls errors",
    "store_cases": (
        "store_base store_writing store_audit store_database store_tables meter calls errors"
    ),
    "store_digests": (
        "store_cases store_base store_writing store_audit store_database store_tables digests "
        "usage calls errors"
    ),
    "store": f"{STORE} ports meter digests usage calls errors clock",
    "settings": "settings_file settings_mistakes policy network calls errors",
    "settings_file": "settings_mistakes policy calls errors",
    "settings_mistakes": "",
    "printable": "",
    "cli_output": "printable",
    "cli_audit": f"cli_output bootstrap errors settings {STORE} cli_tables",
    "cli_console": "printable",
    "logs": "log_stream printable",
    "log_stream": "",
    "lifecycle": "log_stream clock errors",
    "cli_tables": "calls digests digest_delivery usage_import doctor printable cli_console errors",
    "blocks": "calls digests usage errors printable",
    "parsing": "blocks background moderation usage calls errors",
    "slack_api": (
        "blocks digest_delivery moderation ports network responses held_lease digests usage calls "
        "clock_skew clock errors"
    ),
    "context": (
        "parsing slack_api blocks background digest_delivery moderation ports meter lifecycle "
        "clock_skew clock calls errors"
    ),
    "screens": "context slack_api blocks moderation ports priority calls errors",
    "modals": "screens context parsing slack_api blocks moderation digests calls errors",
    "commands": (
        "modals screens context parsing blocks digest_delivery moderation digests priority calls "
        "errors"
    ),
    "handlers": (
        "commands modals screens context parsing blocks moderation priority calls clock errors"
    ),
    "inbound": "context slack_api background meter network trace clock_skew clock errors",
    "webhooks": "inbound context ports calls errors",
    "connections": "",
    "server": "connections",
    "bootstrap": f"{WORLD} commands context slack_api",
    "service": f"{WORLD} handlers inbound webhooks context bootstrap server doctor version",
    "demo": f"{WORLD} inbound context blocks bootstrap service server",
    "doctor": f"{WORLD} inbound slack_api settings_file bootstrap",
    "cli": (
        f"{WORLD} blocks bootstrap service demo doctor cli_tables version "
        "cli_output cli_console cli_audit"
    ),
    "__main__": "cli",
    "__init__": "",
}
"""Each room, and the rooms it may import besides itself."""

ROOMS = {
    "handlers": "handlers",
    **dict.fromkeys(
        (
            "handlers.context",
            "handlers.services",
            "handlers.error_boundary",
            "handlers.redelivery",
            "handlers.redraws",
        ),
        "context",
    ),
    "handlers.blocks": "blocks",
    "handlers.parsing": "parsing",
    "handlers.slack_api": "slack_api",
    "handlers.screens": "screens",
    "handlers.modals": "modals",
    "handlers.commands": "commands",
    "handlers.inbound": "inbound",
    "handlers.webhooks": "webhooks",
    **dict.fromkeys(
        (
            "bot.store.database",
            "bot.store.failures",
            "bot.store.instance_lock",
            "bot.store.private_files",
            "bot.store.stored_json",
            "bot.store.urls",
            "bot.store.writable",
        ),
        "store_database",
    ),
    **dict.fromkeys(
        (
            "bot.store.base",
            "bot.store.checkpoints",
            "bot.store.clock_steps",
            "bot.store.deliveries",
            "bot.store.leases",
            "bot.store.unreadable_rows",
        ),
        "store_base",
    ),
    **{
        f"bot.store.{room}": f"store_{room}"
        for room in ("tables", "audit", "writing", "cases", "digests", "usage")
    },
    "bot.providers.http": "vendor_http",
    "bot.providers.stream": "stream",
    "bot.providers.realtimekit": "realtimekit",
    "bot.providers.cometchat": "cometchat",
}
"""Modules and packages that are no room by their place below `bot`; the longest name counts."""

ONLY_IN = {
    "slack_bolt": "handlers inbound",
    "slack_sdk": "slack_api inbound context screens bootstrap",
    "httpx": "vendor_http demo",
    "sqlmodel": "store_tables",
    "sqlalchemy": STORE,
    "alembic": "store",
    "apscheduler": "scheduler",
    "prometheus_client": "metrics",
    "os.environ": "settings cli",
    "os.getenv": "settings cli",
    **dict.fromkeys(("time.time", "time.time_ns", "time.monotonic", "time.sleep"), "clock"),
    **dict.fromkeys(("datetime.now", "datetime.utcnow", "datetime.today"), "clock"),
    **dict.fromkeys(("date.today", "asyncio.sleep"), "clock"),
}
"""Libraries, the environment and the wall clock, and the rooms that may touch them."""

HANDLER_ROOMS = "blocks parsing slack_api context screens modals commands handlers inbound webhooks"

NOT_FOR_HANDLERS = (
    "bot.policy",
    "bot.ports.CallProvider",
    "bot.ports.Store",
    "bot.moderation.authorizer",
    "bot.moderation.live_calls",
    "bot.moderation.performer",
    "bot.moderation.recent_calls",
    "bot.moderation.resolver.TargetResolver",
    "bot.digest_delivery.builder",
    "bot.digest_delivery.dispatcher.DigestDispatcher",
)
"""What stands behind the services: a handler asks those, and reaches past none of them."""


def room_of(dotted: str) -> str | None:
    """The room a module or a name in it belongs to; None when it is none of ours."""
    names = dotted.split(".")
    for length in range(len(names), 0, -1):
        if (room := ROOMS.get(".".join(names[:length]))) is not None:
            return room
    return (names[1:] or ["__init__"])[0] if names[0] == "bot" else None


def reached(tree: ast.Module) -> Iterator[str]:
    """Every dotted name imported, and with a `:` before it every one touched, wherever that is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Attribute):
            yield ":" + ".".join(ast.unparse(node).split(".")[-2:])


def breaches(room: str, source: str) -> Iterator[str]:
    """The names a file of `room` reaches for and may not."""
    for name in sorted(set(reached(ast.parse(source)))):
        other = room_of(name)
        if name.startswith(".") or (other and other not in (room, *MAY_IMPORT[room].split())):
            yield name
        if room in HANDLER_ROOMS.split() and f"{name}.".startswith(
            tuple(f"{part}." for part in NOT_FOR_HANDLERS)
        ):
            yield name
        for thing, rooms in ONLY_IN.items():
            if f"{name.lstrip(':')}.".startswith(f"{thing}.") and room not in rooms.split():
                yield name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_reaches_only_for_what_its_room_may(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert room in MAY_IMPORT, "a room that the table does not know"
    assert list(breaches(room, path.read_text(encoding="utf-8"))) == []


def test_the_arrows_make_no_circle() -> None:
    arrows = {
        room: [other for other in may.split() if other != room] for room, may in MAY_IMPORT.items()
    }
    assert set(TopologicalSorter(arrows).static_order()) == set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("calls", "from bot.errors import BadInput"),
        ("calls", "def late():\n    import bot.store"),
        ("moderation", "from bot import providers"),
        ("moderation", "from .. import store"),
        ("store", "from bot.moderation.resolver import Planner"),
        ("blocks", "from handlers.slack_api.case_notifier import Outbox"),
        ("handlers", "from bot.bootstrap import build"),
        ("bootstrap", "from bot.demo import world"),
        ("policy", "from slack_sdk.web.async_client import AsyncWebClient"),
        ("inbound", "import httpx"),
        ("parsing", "from handlers.context import SlackContext"),
        ("modals", "from handlers.commands import orders"),
        ("screens", "from handlers.modals.order_form import redraw"),
        ("slack_api", "from handlers.services import Services"),
        ("inbound", "from handlers.commands.lookups import look_up"),
        ("moderation", "from sqlalchemy import select"),
        ("store", "from prometheus_client import Counter"),
        ("scheduler", "import datetime\ndatetime.datetime.now()"),
        ("stream", "from asyncio import sleep"),
        ("stream", "from bot.providers.cometchat.models import problem"),
        ("vendor_http", "from bot.providers.stream.models import problem"),
        ("providers", "from bot.providers.http.retry import Kind"),
        ("store_audit", "from bot.store.writing.connection import Transaction"),
        ("store_cases", "from bot.store.digests.postings import claim"),
        ("store_writing", "from bot.store.base import StoreBase"),
        ("store", "import time\nclock = time.monotonic"),
        ("demo", "import os\nos.environ['PORT']"),
    ],
)
def test_a_breach_is_noticed(room: str, source: str) -> None:
    assert list(breaches(room, source))


@pytest.mark.parametrize(
    ("room", "source"),
    [
        (
            "moderation",
            "from bot.policy import Policy\nfrom bot.moderation.resolver import Planner",
        ),
        (
            "handlers",
            "from handlers.blocks import cards\nfrom slack_bolt.async_app import AsyncApp",
        ),
        ("clock", "import time\ntime.monotonic()"),
        ("policy", "def said(bot, clock):\n    return bot.user, clock.now()"),
    ],
)
def test_what_is_allowed_is_left_alone(room: str, source: str) -> None:
    assert list(breaches(room, source)) == []
