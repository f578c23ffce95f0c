"""The thread in which the write connection is used."""

import threading
from asyncio import Future, wrap_future
from collections.abc import Callable
from concurrent.futures import Future as Answer
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog

from bot.errors import CallFailed

log = structlog.get_logger(__name__)

R = TypeVar("R")


class WriterThread:
    """A thread that makes calls one after the other.

    Errors of the types `expected` are passed on, and any other one as CallFailed. It is a daemon,
    unlike the threads of `concurrent.futures`: a call that hangs keeps no process from ending.
    """

    def __init__(self, expected: tuple[type[Exception], ...]) -> None:
        self._expected = expected
        self._calls: SimpleQueue[tuple[Answer[Any], Callable[[], Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="store-writer", daemon=True).start()

    def call(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """A future of what `function` returns or raises, once its turn has come."""
        answer: Answer[R] = Answer()
        self._calls.put((answer, partial(function, *arguments)))
        return wrap_future(answer)

    def close(self) -> None:
        """End the thread after the calls that were asked for."""
        self._calls.put(None)

    def _run(self) -> None:
        while (asked := self._calls.get()) is not None:
            answer, call = asked
            if answer.set_running_or_notify_cancel():
                self._answer(answer, call)

    def _answer(self, answer: Answer[R], call: Callable[[], R]) -> None:
        try:
            answer.set_result(call())
        except self._expected as error:
            answer.set_exception(error)
        except Exception as error:
            log.exception("write failed")
            answer.set_exception(CallFailed(str(error)))
