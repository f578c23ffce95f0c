"""A bot's whole surroundings in good health, to be spoiled in one place and examined."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.slack.workspace import Credentials, Switches, Workspace
from bot.demo.stage import Stage, open_stage
from bot.doctor import Finding, Severity
from bot.doctor.checks import examine
from tests.fakes.clock import ManualClock

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there."""


def odd_slack(answers: Mapping[str, Mapping[str, Any]], **headers: str) -> Starlette:
    """A Slack that gives these answers by method, whatever is asked."""

    async def answer(request: Request) -> Response:
        told = answers.get(request.path_params["method"], {"ok": False, "error": "unknown_method"})
        return JSONResponse(told, headers=headers)

    return Starlette(routes=[Route("/api/{method}", answer, methods=["POST"])])


@dataclass
class Surroundings:
    """A stage, the environment of a bot on it, and the file that says who may do what."""

    stage: Stage
    environ: dict[str, str]
    file: Path | None
    manifest: Path = ROOT / "manifest.yml"
    deadline: float = 5.0
    ahead: float = 0.0

    @property
    def slack(self) -> Workspace:
        """What Slack knows."""
        return self.stage.slack.world

    def without(self, *vendors: Vendor) -> None:
        """Leave out every variable of these."""
        for name in [*self.environ]:
            if name.startswith(tuple(f"{vendor.name}_" for vendor in vendors)):
                del self.environ[name]

    def write(self, rules: str) -> None:
        """Another callwarden.toml."""
        assert self.file
        self.file.write_text(rules, encoding="utf-8")

    async def findings(self, about: str | None = None) -> list[Finding]:
        """All that is found, or all about one thing; our clock is `ahead` of Slack's by seconds."""
        clock = ManualClock(SystemClock().now())
        clock.advance(self.ahead)
        found = await examine(
            self.environ, self.file, clock, manifest=self.manifest, deadline=self.deadline
        )
        return [item for item in found if about in {None, item.about}]

    async def wrong(self, about: str, sign: Severity = Severity.BAD) -> Finding:
        """The one thing that is wrong about something."""
        (finding,) = [item for item in await self.findings(about) if item.sign is sign]
        assert finding.mend.endswith(".")
        return finding


@asynccontextmanager
async def open_app() -> AsyncIterator[Stage]:
    """A stage with a signing secret that looks like Slack's."""
    async with open_stage(SystemClock()) as stage:
        secret = {"SLACK_SIGNING_SECRET": "0123456789abcdef" * 2}
        yield replace(stage, environ={**stage.environ, **secret})


@contextmanager
def fresh_ward(stage: Stage, folder: Path, database_url: str) -> Iterator[Surroundings]:
    """Everything as it should be, and afterwards the stage as it was."""
    slack = stage.slack.world
    known = dict(slack.users), dict(slack.groups), dict(slack.channels)
    file = folder / "callwarden.toml"
    file.write_text(stage.cast.rules(), encoding="utf-8")
    slack.calls.clear()
    try:
        yield Surroundings(stage, {**stage.environ, "DATABASE_URL": database_url}, file)
    finally:
        slack.users, slack.groups, slack.channels = known
        slack.credentials, slack.switches = Credentials(), Switches()
        stage.slack.faults.clear()
        for server in stage.world.servers.values():
            server.faults.clear()


async def signs(surroundings: Surroundings, about: str) -> list[Severity]:
    return [finding.sign for finding in await surroundings.findings(about)]
