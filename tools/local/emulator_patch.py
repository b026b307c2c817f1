"""Replaces private names of the pinned emulator, and refuses to start when one of them is gone."""

import importlib.metadata

VERSION = "1.5.33"


def replace(module, name, make):
    """Puts `make(original)` in the place of a private name, which must exist."""
    original = getattr(module, name, None)
    if original is None:
        raise SystemExit(f"the emulator has no {module.__name__}.{name}: tools/local fits version {VERSION} only")
    setattr(module, name, make(original))


def check_version():
    """Stops with a clear text when another version than the pinned one is installed."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        raise SystemExit(f"tools/local fits emulator version {VERSION}, found {found}")
