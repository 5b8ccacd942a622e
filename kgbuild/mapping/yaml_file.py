"""Parse the text of one mapping file, and report errors in it with their places."""

from __future__ import annotations

from typing import Any

from kgbuild.mapping.user_file import UserFile


def tree_of(file: UserFile, *, own: bool) -> Any:
    """Parse a mapping file. A user's ``own`` file is read as records are; tests check the built-in files, which are read faster.

    Raises MappingError with file, line and column.
    """
    if own:
        return file.tree("expected YAML, got {got}; correct the line")
    import yaml12

    return yaml12.parse_yaml(file.text())
