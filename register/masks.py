"""What a value looks like to somebody who may see only its mask."""

from typing import Any

from register.vault import Erased, Secret

DOTS = "••••"


def mask(value: Any) -> str:
    """The masked form of a value. A sealed value brings its own mask; anything else becomes dots,
    so that neither length nor beginning is told."""
    if value in (None, ""):
        return ""
    if isinstance(value, Secret):
        return value.masked
    if isinstance(value, Erased):
        return str(value)
    return DOTS
