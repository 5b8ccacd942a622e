"""The user's folders for kgbuild, by the conventions of the system (on Linux: the XDG Base Directory Specification)."""

from __future__ import annotations

from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what can be made again."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("kgbuild", appauthor=False))


def data_folder() -> Path:
    """Return the folder for what belongs to the user."""
    import platformdirs

    return Path(platformdirs.user_data_dir("kgbuild", appauthor=False))


def state_folder() -> Path:
    """Return the folder for what one run leaves for the next."""
    import platformdirs

    return Path(platformdirs.user_state_dir("kgbuild", appauthor=False))
