"""`python -m bot serve` for as long as its parent lives.

Run as `python -m bot.demo.playground.child_process`.

The parent holds the other end of standard input. When that ends, because the parent closed it or
was killed without a chance to say goodbye, this process stops as it does at SIGTERM.
"""

import os
import runpy
import signal
import sys
import threading

STDIN = 0


def leave_with_parent() -> None:
    """Wait for the end of standard input, then stop this process; for a thread of its own."""
    while os.read(STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=leave_with_parent, daemon=True).start()
    sys.argv = ["callwarden", "serve"]
    runpy.run_module("bot", run_name="__main__")
