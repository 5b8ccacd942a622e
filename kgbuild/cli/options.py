"""What the commands that use a build have in common: its arguments and options, and the build itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from kgbuild.errors import UsageError

if TYPE_CHECKING:
    from kgbuild.mapping.load import RegistryMapping
    from kgbuild.mapping.schema import Profile
    from kgbuild.pipeline.artifact import Build

#: Where an export goes that is not told where.
_OUTPUT = Path("output")
#: The options that say how records are read.
_OF_RECORDS = ("profile", "mappings", "exclude", "no_aliases", "rollup", "jobs", "no_cache")
_READING = (
    click.option("--profile", type=click.Choice(["registry", "biolink"]), default="registry", show_default=True,
                 help="Our own classes and predicates, or those of the Biolink Model."),
    click.option("--mappings", metavar="DIR", type=click.Path(),
                 help="Folder of mapping files that replace the built-in ones of the same name."),
    click.option("--exclude", multiple=True, metavar="GLOB",
                 help="Leave out files and folders by path below the input, or by name; repeatable."),
    click.option("--no-aliases", is_flag=True, help="Leave every source id as written."),
    click.option("--rollup", is_flag=True, help="Add derived_from edges between the owners of products and of their sources."),
    click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to use.  [default: the cores]"),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs parsed."),
)  # fmt: skip


class BuildRequest(NamedTuple):
    """The build that a command was asked to use: an export in ``folder``, or one of the records of ``inputs``."""

    inputs: tuple[str, ...]
    folder: Path | None
    name: str | None
    profile: Profile
    mappings: str | None
    exclude: tuple[str, ...]
    no_aliases: bool
    rollup: bool
    jobs: int | None
    no_cache: bool

    def vocabulary(self) -> RegistryMapping:
        """The mapping files. Raises MappingError for a wrong one."""
        from kgbuild.mapping.load import load_mapping

        return load_mapping(Path(self.mappings) if self.mappings else None, self.profile)

    def settled(self, doing: str) -> BuildRequest:
        """The same, or where neither an export nor records are named, the export in `output` if there is one; which one it is, is said."""
        from kgbuild.readers.inputs import MANIFEST_ENDING

        if self.folder is not None or self.inputs:
            return self
        folder = _OUTPUT if any(_OUTPUT.glob(f"*{MANIFEST_ENDING}")) else None
        click.echo(f"{doing} the {'export in output' if folder else 'records in input'}", err=True)
        return self._replace(folder=folder)

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """The build, in some formats. Raises what ``built.open_build`` raises."""
        from kgbuild.pipeline import artifact
        from kgbuild.pipeline.engine.reading import cores
        from kgbuild.pipeline.read import ReadOptions

        options = ReadOptions(
            inputs=self.inputs or ("input",), exclude=self.exclude, profile=self.profile, mappings=self.mappings, aliases=not self.no_aliases,
            rollup=self.rollup, jobs=self.jobs or cores(), cache=not self.no_cache,
        )  # fmt: skip
        return artifact.open_build(options, formats, folder=self.folder, name=self.name, whole=whole)


def takes_a_build(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function of a command that uses a build: the command takes INPUT… or --from DIR, the function a ``BuildRequest`` as ``wanted``."""

    @functools.wraps(command)
    def wrapped(**params: Any) -> Any:
        own = {name: params.pop(name) for name in BuildRequest._fields}
        wanted = BuildRequest(**own | {"folder": Path(own["folder"]) if own["folder"] is not None else None})
        _check(wanted)
        return command(wanted=wanted, **params)

    options = (
        click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path()),
        click.option("--from", "folder", metavar="DIR", type=click.Path(), help="Use the export in DIR as it is, and read no records."),
        click.option("--name", metavar="NAME", help="What the names of the export's files begin with.  [default: graph, or the only one]"),
        *_READING,
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def _check(wanted: BuildRequest) -> None:
    """Raise where records and an export are named both, or options for records with an export."""
    if wanted.folder is None:
        return
    if wanted.inputs:
        raise UsageError(f"--from: expected an export or records, got both ({wanted.folder}, {wanted.inputs[0]}); leave one of them out")
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in _OF_RECORDS and context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(f"{parameter.opts[-1]}: expected records to read, got --from {wanted.folder}; leave one of them out")
