"""Tell which ids may have a record in a file that could not be read (RD001)."""

from __future__ import annotations

from pathlib import PurePath

from kgbuild.checks.view import View
from kgbuild.model.finding import Severity

#: Endings of files with one record each.
_PAGES = (".md", ".markdown")


class UnreadRecords:
    """The ids whose records may be in files that could not be read, or in pages whose front matter is not seen.

    A file with one record has the name of its id. The ids in a file with several records are unknown, so with such a file no missing record
    is certain, and the findings are warnings.
    """

    def __init__(self, view: View) -> None:
        paths = [PurePath(problem.path) for problem in (*view.problems, *view.unseen) if not problem.doubled]
        self._names = {path.stem for path in paths}
        self.severity: Severity | None = None if all(path.suffix in _PAGES for path in paths) else "warning"

    def may_be(self, id: str) -> bool:
        """Return whether the record of an id or of its owner may be in a file that could not be read."""
        return id in self._names or id.partition(".")[0] in self._names
