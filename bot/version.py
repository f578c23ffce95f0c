"""Which version of Callwarden this is."""

import importlib.metadata
from functools import cache


@cache
def version() -> str:
    """The version that is installed; `unknown` when it runs from its source alone."""
    try:
        return importlib.metadata.version("callwarden")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
