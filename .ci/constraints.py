"""Print constraints.txt: the packages of `.[dev,kgx]` with the versions that are installed here. Run it in the environment of README's tests."""

from __future__ import annotations

from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_HEAD = """\
# The versions that README's second command tests with. Made by `.venv/bin/python .ci/constraints.py > constraints.txt`, in an environment
# in which `pip install --upgrade --upgrade-strategy eager --editable '.[dev,kgx]'` was run without it.
"""


def main() -> None:
    found: dict[str, str] = {}
    todo = [("kgbuild", ("dev", "kgx"))]
    done: set[tuple[str, tuple[str, ...]]] = set()
    while todo:
        item = todo.pop()
        if item in done:
            continue
        done.add(item)
        name, extras = item
        package = distribution(name)
        found[canonicalize_name(name)] = package.version
        for line in package.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                todo.append((needed.name, tuple(sorted(needed.extras))))
    del found["kgbuild"]
    print(_HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(found.items())), end="")


if __name__ == "__main__":
    main()
