"""`python -m tests.bench.file_server FOLDER`: a server of the numbered pages in a folder.

Every POST gets the page whose number its `next` names, the first one without: what a vendor's
answers cost to make is in nobody's time.
"""

import asyncio
import json
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.serving import serve


def numbered_pages(folder: Path) -> Starlette:
    """The app over the pages `0.json`, `1.json`, … of a folder."""
    pages = [file.read_bytes() for file in sorted(folder.glob("*.json"), key=_number)]

    async def page(request: Request) -> Response:
        wanted = int(json.loads(await request.body()).get("next") or 0)
        return Response(pages[wanted], status_code=201, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", page, methods=["POST"])])


def _number(file: Path) -> int:
    return int(file.stem)


async def main(folder: Path) -> None:
    """Serve until killed; the address is the only line printed."""
    async with serve(numbered_pages(folder)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
