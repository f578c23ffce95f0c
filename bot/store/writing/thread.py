"""The thread in which the writing connection lives."""

import threading
from asyncio import Future, wrap_future
from collections.abc import Callable
from concurrent.futures import Future as Answer
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

R = TypeVar("R")


class CallFailed(Exception):
    """A call went wrong in a way that nobody expects; the log says how."""


class WriterThread:
    """Makes calls one after the other. What they may raise is `expected`; else it is CallFailed.

    It is a daemon, unlike the threads of `concurrent.futures`: a call that hangs keeps no process
    from ending.
    """

    def __init__(self, expected: tuple[type[Exception], ...]) -> None:
        self._expected = expected
        self._calls: SimpleQueue[tuple[Answer[Any], Callable[[], Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="store-writer", daemon=True).start()

    def call(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """What `function` returns or raises, once its turn has come."""
        answer: Answer[R] = Answer()
        self._calls.put((answer, partial(function, *arguments)))
        return wrap_future(answer)

    def close(self) -> None:
        """End after the calls that were asked for."""
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
            log.exception("writing failed")
            answer.set_exception(CallFailed(str(error)))
