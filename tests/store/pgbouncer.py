"""A real PgBouncer before the tests' PostgreSQL."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.urls import address_of
from tests.live.process import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

NEEDS_PGBOUNCER = pytest.mark.skipif(
    PGBOUNCER is None and os.environ.get("CI") != "true", reason="pgbouncer is not installed"
)
"""`.ci/run` installs it; there it has to run."""

TIMEOUT_S = 10.0

CONFIG = """\
[databases]
* = host={server} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
default_pool_size = 2
"""


@contextlib.contextmanager
def pgbouncer(server: str, folder: Path, **settings: str) -> Iterator[str]:
    """`host:port` of a pooler before the server of that URL, two connections to each database.

    `settings` go into its `[pgbouncer]` section. It does not run as root, so where the tests do, it
    runs as whoever the server runs as.
    """
    behind, port = str(address_of(server).url.host), free_port()
    file = folder / "pgbouncer.ini"
    text = CONFIG.format(server=behind, port=port)
    file.write_text(text + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    owner = pwd.getpwuid(Path(behind).stat().st_uid).pw_name
    for each in [folder, *folder.iterdir()]:
        shutil.chown(each, owner)
    who = ["-u", owner] if os.getuid() == 0 else []
    with (folder / "pgbouncer.log").open("wb") as log:
        program = subprocess.Popen([str(PGBOUNCER), *who, str(file)], stderr=log)
    try:
        _wait_for(port, program)
        yield f"127.0.0.1:{port}"
    finally:
        program.kill()
        program.wait()


def _wait_for(port: int, program: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + TIMEOUT_S
    while program.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise RuntimeError("PgBouncer does not start")
