"""A registry that is exported again and again, beside exports without a cache."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from paths import INPUT
from running import run_command

if TYPE_CHECKING:
    from click.testing import Result

OPTIONS = ("--format", "kgx,turtle", "--jobs", "1")
PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nname: {name}\n---\n"


def kgbuild(*arguments: str | Path) -> Result:
    return run_command([str(argument) for argument in arguments])


class Registry:
    """A copy of `input/` whose files are an hour old, so that their stamps can be trusted, and the export of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records, self.output = folder / "records", folder / "output"
        shutil.copytree(INPUT, self.records)
        for path in self.records.rglob("*.md"):
            self.age(path)

    @staticmethod
    def age(path: Path, seconds: int = 3_600) -> None:
        at = time.time_ns() - seconds * 10**9
        os.utime(path, ns=(at, at))

    def export(self, *options: str) -> str:
        """Export, see that an export without cache gives the same bytes, and tell what became of the files."""
        told = self._export(self.output, *options)
        assert self.files() == self.fresh(*options)
        return told

    def _export(self, output: Path, *options: str) -> str:
        result = kgbuild("export", self.records, *OPTIONS, "--output", output, *options)
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
        (told,) = (line.split()[0] for line in result.stderr.splitlines() if line.startswith(("wrote ", "unchanged ")))
        return told

    def fresh(self, *options: str) -> dict[str, bytes]:
        output = self.folder / "fresh"
        shutil.rmtree(output, ignore_errors=True)
        assert self._export(output, *options, "--no-cache") == "wrote"
        return {path.name: path.read_bytes() for path in output.iterdir()}

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.output.iterdir()}

    def stamps(self) -> dict[str, tuple[int, int]]:
        return {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in self.output.iterdir()}

    def page(self, name: str, text: str) -> Path:
        path = self.records / "resource" / f"{name}.md"
        path.write_text(text)
        self.age(path)
        return path
