"""Print, as constraints for pip, the lowest versions that pyproject.toml allows of what kgbuild and its extras for users need."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

#: The extras of users, but kgx, whose own bounds leave little to choose.
_EXTRAS = ("neo4j", "parquet", "sql")


def main() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *(line for extra in _EXTRAS for line in project["optional-dependencies"][extra])]
    for line in needed:
        found = re.fullmatch(r"([A-Za-z0-9._-]+)>=([0-9.]+)(,.*)?", line)
        if found is None:
            raise SystemExit(f"pyproject.toml: expected a lowest version, as in `name>=1.2`, got {line!r}")
        print(f"{found[1]}=={found[2]}")


if __name__ == "__main__":
    main()
