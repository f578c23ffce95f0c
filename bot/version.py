"""The version of Callwarden that runs."""

import importlib.metadata
from functools import cache


@cache
def version() -> str:
    """The installed version of Callwarden; `unknown` when it runs from its source alone."""
    try:
        return importlib.metadata.version("callwarden")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
