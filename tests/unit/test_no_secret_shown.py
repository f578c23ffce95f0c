"""Whatever is built, printed and raised shows no secret: every object that can be reached is asked.

What a debugger, an assertion or a log line would show of an object is its repr, str or format.
"""

import asyncio
import contextlib
import dataclasses
import functools
import importlib
import pkgutil
import re
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import aiohttp
import httpx
import pytest
from pydantic import BaseModel, SecretStr
from slack_sdk.web.async_client import AsyncWebClient

import bot
import handlers
from bot.bootstrap import open_app
from bot.calls.cases import Notice, NoticeKind
from bot.calls.models import Vendor
from bot.errors import DeliveryDeferred, VendorError
from bot.network import Network
from bot.ports import CallProvider
from bot.providers.cometchat.provider import cometchat
from bot.providers.http.client import Deadlines, HttpClient, VendorEndpoint
from bot.providers.http.credentials import HeaderKey
from bot.providers.http.redact import Redactor
from bot.providers.realtimekit.provider import realtimekit
from bot.providers.realtimekit.signatures import RealtimeKitSignatures
from bot.providers.stream.credentials import StreamToken
from bot.providers.stream.provider import stream
from bot.settings import Settings
from bot.store import SqlStore
from handlers.blocks.message import Message
from handlers.services import Services
from handlers.slack_api.clients import open_session, web_client, webhook_client
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import ManualClock
from tests.store.orders import order

SECRET = "canary-and-long-enough-for-a-signature-of-ours"
CANARY = "canary"
"""In every secret below, and nowhere else."""

ENVIRON = {
    "SLACK_BOT_TOKEN": "xoxb-canary-1-and-long-enough",
    "SLACK_APP_TOKEN": "xapp-canary-2-and-long-enough",
    "SLACK_SIGNING_SECRET": "canary-3-and-long-enough-for-a-secret",
    "SLACK_API_URL": "http://127.0.0.1:9/api",
    "STREAM_API_KEY": "a-public-key",
    "STREAM_API_SECRET": "canary-4-and-long-enough-for-a-signature",
    "REALTIMEKIT_ACCOUNT_ID": "account",
    "REALTIMEKIT_APP_ID": "app",
    "REALTIMEKIT_API_TOKEN": "canary-5-and-long-enough-for-a-token-of-theirs",
    "COMETCHAT_APP_ID": "app",
    "COMETCHAT_REGION": "us",
    "COMETCHAT_API_KEY": "canary-6-and-long-enough",
    "COMETCHAT_WEBHOOK_AUTH": "user:canary-7",
    "METRICS_TOKEN": "canary-8-and-long-enough",
    "HTTPS_PROXY": "http://user:canary-9@127.0.0.1:9",
    "RTMP_KEY": "canary-10-and-long-enough",
}

TOML = """
[rtmp.tv]
url = "rtmps://live.test/app"
key_env = "RTMP_KEY"
"""

PLAIN = (str, bytes, bytearray, int, float, bool, type(None), type, types.ModuleType)
CONTAINERS = (list, tuple, set, frozenset)
"""Their text is that of what they hold, which is asked one by one."""


def parts(thing: object) -> Iterator[object]:
    """What an object leads to: attributes, items, what a function closes over."""
    if isinstance(thing, Mapping):
        yield from thing.values()
        yield from thing
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    elif isinstance(thing, functools.partial):
        yield from (thing.func, thing.args, thing.keywords)
    elif isinstance(thing, types.MethodType):
        yield thing.__self__
    elif isinstance(thing, types.FunctionType):
        yield from (cell.cell_contents for cell in thing.__closure__ or () if _filled(cell))
    elif isinstance(thing, asyncio.Future):
        yield thing.result() if thing.done() and not thing.cancelled() else None
    yield from _attributes(thing).values()
    yield from _in_slots(thing)
    if isinstance(thing, BaseException):
        yield from (thing.args, thing.__cause__, thing.__context__)


def _attributes(thing: object) -> Mapping[str, object]:
    try:
        return vars(thing)
    except TypeError:
        return {}


def _in_slots(thing: object) -> Iterator[object]:
    for kind in type(thing).__mro__:
        names = vars(kind).get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            slot = vars(kind).get(name)
            if isinstance(slot, types.MemberDescriptorType):
                with contextlib.suppress(AttributeError):
                    yield slot.__get__(thing)


def _filled(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def shown(thing: object) -> Iterator[str]:
    yield repr(thing)
    yield str(thing)
    yield format(thing)


def reached(root: object) -> list[object]:
    """All objects that `root` leads to, each once."""
    waiting, seen, found = [root], set[int](), list[object]()
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, PLAIN):
            seen.add(id(thing))
            found.append(thing)
            waiting += parts(thing)
    return found


def is_container(thing: object) -> bool:
    return isinstance(thing, dict) or type(thing) in CONTAINERS


def is_statement(thing: object) -> bool:
    """Whether it is a piece of SQL: what is bound to it stands elsewhere, and some have no text."""
    return type(thing).__module__.startswith("sqlalchemy.sql.")


def telltales(root: object) -> list[str]:
    """The kinds of all objects reachable from `root` whose text has a secret in it."""
    found = reached(root)
    asked = (thing for thing in found if not is_container(thing) and not is_statement(thing))
    telling = (type(thing) for thing in asked if any(CANARY in text for text in shown(thing)))
    return sorted({f"{kind.__module__}.{kind.__qualname__}" for kind in telling})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "callwarden.toml"
    file.write_text(TOML, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    environ = {**ENVIRON, "CALLWARDEN_CONFIG": str(file), "DATABASE_URL": url}
    return Settings.load(environ, file)


def test_a_walk_finds_what_shows_a_secret() -> None:
    class Talks:
        def __init__(self) -> None:
            self.key = "canary"

        def __repr__(self) -> str:
            return f"Talks({self.key})"

    class Holds:
        __slots__ = ("inner",)

        def __init__(self) -> None:
            self.inner = functools.partial(print, [Talks()])

    found = telltales(Holds())
    assert f"{__name__}.{Talks.__qualname__}" in found


def test_no_setting_shows_a_secret(settings: Settings) -> None:
    assert set(settings.vendors) == set(Vendor)
    assert telltales(settings) == []


async def test_nothing_that_is_wired_shows_a_secret(settings: Settings) -> None:
    services = Services("/calls")
    async with open_app(settings, services, worker=False) as store:
        kinds = {type(thing) for thing in reached((services, store))}
        assert {
            VendorEndpoint,
            StreamToken,
            HeaderKey,
            Redactor,
            RealtimeKitSignatures,
            AsyncWebClient,
        } <= kinds
        assert {
            aiohttp.ClientSession,
            httpx.AsyncClient,
            ResponseUrlClient,
            SecretStr,
            Network,
        } <= kinds
        assert telltales((services, store)) == []


def test_no_store_of_a_server_shows_its_password() -> None:
    store = SqlStore(f"postgresql://calls:{SECRET}@127.0.0.1:9/calls", ManualClock())
    assert telltales(store) == []


async def test_no_way_to_slack_shows_a_secret() -> None:
    url = "http://127.0.0.1:9/respond/canary"
    async with open_session() as session:
        web = web_client(session, "http://127.0.0.1:9/api/", "xoxb-canary")
        assert telltales((web, webhook_client(session, url), ResponseUrlClient(session))) == []
        with pytest.raises(DeliveryDeferred) as caught:
            await ResponseUrlClient(session).post(url, Message("hello", []), in_place=False)
    assert telltales(caught.value) == []


async def test_what_is_no_http_at_slacks_address_shows_neither_token_nor_address() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/9 nonsense\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1")
    url = "http://{}:{}/{}/".format(*server.sockets[0].getsockname(), SECRET)
    async with server, open_session() as session:
        with pytest.raises(aiohttp.ClientError) as caught:
            await web_client(session, url, SECRET).auth_test()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert telltales(caught.value) == []


TROUBLE: Mapping[str, Callable[[httpx.Request], httpx.Response]] = {
    "refused": lambda _: httpx.Response(400, json={"code": 4, "message": f"bad {SECRET}"}),
    "denied": lambda _: httpx.Response(401, json={"code": 5, "message": SECRET}),
    "busy": lambda _: httpx.Response(429, headers={"retry-after": SECRET}),
    "fault": lambda _: httpx.Response(503, text=SECRET),
    "elsewhere": lambda _: httpx.Response(302, headers={"location": f"http://{SECRET}"}),
    "page": lambda _: httpx.Response(200, text=f"<html>{SECRET}"),
}


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("it broke", request=request)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    "handler", [*TROUBLE.values(), broken, unreachable], ids=[*TROUBLE, "broken", "unreachable"]
)
@pytest.mark.parametrize("vendor", Vendor)
async def test_no_error_of_a_vendor_shows_a_secret(
    vendor: Vendor, handler: Callable[[httpx.Request], httpx.Response]
) -> None:
    """Neither itself nor what led to it, with the request in it."""
    transport, clock = httpx.MockTransport(handler), ManualClock()
    key, quick = SecretStr(SECRET), Deadlines(read=0.2)
    connect = partial(HttpClient, clock=clock, transport=transport, deadlines=quick)
    made: Mapping[Vendor, Callable[[], CallProvider]] = {
        Vendor.STREAM: lambda: stream(
            api_key="public",
            api_secret=key,
            base_url="http://v.test",
            clock=clock,
            connect=connect,
        ),
        Vendor.REALTIMEKIT: lambda: realtimekit(
            account_id="a",
            app_id="b",
            api_token=key,
            base_url="http://v.test",
            clock=clock,
            connect=connect,
        ),
        Vendor.COMETCHAT: lambda: cometchat(
            api_key=key,
            base_url="http://v.test",
            chat_base_url="http://c.test",
            clock=clock,
            connect=connect,
        ),
    }
    provider = made[vendor]()
    with pytest.raises(VendorError) as caught:
        await provider.list_live(limit=1)
    assert telltales((provider, caught.value)) == []
    await provider.aclose()


SECRET_NAMES = re.compile(
    r"reply_url|secrets?|password|(api|bot|app)_token|(api|signing)_secret|auth"
)


def classes() -> Iterator[type]:
    for package in (bot, handlers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in module.name or module.name.startswith(("bot.demo", "bot.__main__")):
                continue
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(thing, type) and thing.__module__ == module.name:
                    yield thing


def open_fields(kind: type) -> Iterator[str]:
    """The fields of a class with a secret's name that its text shows."""
    if issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if (
                SECRET_NAMES.fullmatch(name)
                and field.repr
                and "Secret" not in str(field.annotation)
            ):
                yield name
    elif dataclasses.is_dataclass(kind):
        for item in dataclasses.fields(kind):
            if SECRET_NAMES.fullmatch(item.name) and item.repr and "Secret" not in str(item.type):
                yield item.name
    elif issubclass(kind, tuple):
        yield from (name for name in getattr(kind, "_fields", ()) if SECRET_NAMES.fullmatch(name))


def test_no_field_with_a_secrets_name_is_in_the_text_of_its_class() -> None:
    found = {
        f"{kind.__module__}.{kind.__qualname__}.{name}"
        for kind in classes()
        for name in open_fields(kind)
    }
    assert found == set()


def test_an_address_for_private_answers_is_in_no_text() -> None:
    reply = "https://hooks.test/canary"
    one = order(reply_url=reply)
    notice = Notice(key="k", kind=NoticeKind.ANSWER, case=1, version=1, place=reply)
    assert telltales((one, notice)) == []
    assert one.reply_url == notice.place == reply
