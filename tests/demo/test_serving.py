"""Serving an app on loopback."""

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.demo.serving import loopback, serve


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {request.query_params['name']}")


async def test_an_app_answers_over_a_real_socket_and_the_port_is_closed_afterwards() -> None:
    async with serve(Starlette(routes=[Route("/hello", hello)])) as base:
        async with httpx.AsyncClient(base_url=base) as client:
            answer = await client.get("/hello", params={"name": "Ada"})
        assert answer.text == "hello Ada"
    async with httpx.AsyncClient(base_url=base) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/hello")


async def test_what_is_served_here_is_reached_past_any_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serve(Starlette(routes=[Route("/hello", hello)])) as base, loopback(base) as client:
        assert (await client.get("/hello", params={"name": "Ada"})).text == "hello Ada"


async def test_a_lifespan_that_fails_is_an_error_and_not_a_silent_server() -> None:
    @contextlib.asynccontextmanager
    async def broken(_: Starlette) -> AsyncIterator[None]:
        message = "no"
        raise OSError(message)
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(Starlette(lifespan=broken)):
            pass
