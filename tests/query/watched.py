"""Run `kgbuild` so that what a process imports and opens under the limits of a query is written down, and so that packages are missing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from paths import ROOT

#: Python runs this file when it starts. The events are those of the audit hooks of CPython; forked processes have the hook too.
SITE = """
import os, resource, sys

log = {}
USUAL = {kind: resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE)}
MISSING = frozenset(os.environ["WATCHED_MISSING"].split())
limited = {}

class Present:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in MISSING else self.finder.find_spec(name, path, target)

def write(line):
    os.write(log[os.getpid()], f"{line}\\n".encode())

def hook(event, arguments):
    if event == "resource.setrlimit":
        if os.getpid() not in log:  # a process of a query closes what it inherits, and then sets its first limit
            log[os.getpid()] = os.open(os.environ["WATCHED_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        kind, (soft, hard) = arguments
        limited[kind] = kind in USUAL and soft != USUAL[kind]
        if limited[kind]:
            write("limited")
    elif any(limited.values()) and event == "import" and arguments[0] not in sys.modules:
        write(f"import {arguments[0]}")
    elif limited.get(resource.RLIMIT_NOFILE) and event in ("open", "socket.__new__"):
        write(f"{event} {arguments[0]}")

sys.meta_path[:] = map(Present, sys.meta_path)
sys.addaudithook(hook)
"""


def missing(*extras: str) -> set[str]:
    """The modules that an installation of kgbuild with some extras does not have."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    there = {"kgbuild"}
    while needed:
        if (name := named(needed.pop())) not in there:
            there.add(name)
            needed += [text for text in required(name) if "extra ==" not in text]
    return {module for module, names in packages_distributions().items() if not {named(name) for name in names} & there}


def named(requirement: str) -> str:
    """The name of a distribution in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def required(name: str) -> list[str]:
    """What a distribution requires; nothing if it is not installed, as one for another system."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def watching(folder: Path, absent: set[str]) -> tuple[Mapping[str, str], Callable[[], list[str]]]:
    """The environment for a process, and what was written down since the last call."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(SITE)
    log = folder / "log"

    def said() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    return {"PYTHONPATH": str(folder), "WATCHED_LOG": str(log), "WATCHED_MISSING": " ".join(absent)}, said
