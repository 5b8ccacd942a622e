"""Convert the options of kgbuild/options.py into options of Click, and share what all commands that use a build need."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import MISSING, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from kgbuild.cli.console import tell
from kgbuild.errors import UsageError
from kgbuild.options import BuildOptions, Kind, Option, OptionField, ReadOptions, options_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kgbuild.mapping.load import RegistryMapping
    from kgbuild.pipeline.artifact import Build

#: The default input of all commands, and the default output of an export.
INPUTS, _OUTPUT = ("input",), Path("output")
_Function = Callable[..., Any]


class _RegistryChoice(click.Choice):
    """A choice of the keys of a registry. Its module is imported on use."""

    def __init__(self, meaning: Option) -> None:
        self._meaning, self.case_sensitive = meaning, True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]  # click only reads it
        """The keys of the registry."""
        return self._meaning.values()


class OutputPath(click.Path):
    """The path of a file or folder that a command writes."""


class _Formats(click.ParamType):
    """The formats of an export, separated by commas."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the last format."""
        from click.shell_completion import CompletionItem

        from kgbuild.writers import GROUPS, WRITERS

        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{before}{comma}{name}") for name in (*GROUPS, *WRITERS) if name.startswith(last)]


def _choice(meaning: Option) -> click.ParamType:
    return click.Choice(meaning.choices) if isinstance(meaning.choices, tuple) else _RegistryChoice(meaning)


#: The Click type for each kind of option. Other kinds are text.
_TYPES: Mapping[Kind, Callable[[Option], click.ParamType]] = MappingProxyType(
    {
        "choice": _choice,
        "count": lambda meaning: click.IntRange(min=None if meaning.least is None else int(meaning.least)),
        "amount": lambda meaning: click.FloatRange(min=meaning.least, min_open=meaning.above),
        "formats": lambda _: _Formats(),
        "inputs": lambda _: click.Path(),
        "file": lambda _: click.Path(),
        "folder": lambda _: click.Path(),
        "output file": lambda _: OutputPath(),
        "output folder": lambda _: OutputPath(path_type=Path),
    }
)


def _type(meaning: Option) -> click.ParamType:
    return _TYPES[meaning.kind](meaning) if meaning.kind in _TYPES else click.STRING


def click_option(name: str, default: Any, meaning: Option) -> Callable[[_Function], _Function]:
    """Return a Click decorator for an option, or an argument if the kind is `inputs`. Its value is passed as the argument ``name``."""
    if meaning.kind == "inputs":
        return click.argument(name, nargs=-1, metavar=meaning.metavar, type=_type(meaning))
    more: dict[str, Any] = {"is_flag": True} if meaning.kind == "flag" else {"type": _type(meaning), "metavar": meaning.metavar}
    if meaning.kind in ("formats", "codes", "globs"):
        more["multiple"] = True
    elif (given := default if meaning.command_default is None else meaning.command_default) not in (None, MISSING):
        more["default"] = given
    return click.option(*meaning.flags, name, help=meaning.help, show_default=meaning.show_default, **more)


def taken(command: str, *groups: type) -> list[OptionField]:
    """Return the options of some classes that a command accepts."""
    return [item for item in options_of(*groups) if command in item.meaning.commands]


def takes(command: str, **groups: type) -> Callable[[_Function], _Function]:
    """Add the options of some classes that the command accepts. The decorated function gets one value per class, under the given argument names."""

    def decorate(function: _Function) -> _Function:
        @functools.wraps(function)
        def wrapped(**params: Any) -> Any:
            if ReadOptions in groups.values():
                _finish_fixes()
            values = {}
            for name, group in groups.items():
                values[name] = group(**{item.name: params.pop(item.name) for item in options_of(group) if item.name in params})
            return function(**values, **params)

        decorated: _Function = wrapped
        for item in reversed(taken(command, *groups.values())):
            decorated = click_option(item.name, item.default, item.meaning)(decorated)
        return decorated

    return decorate


def _finish_fixes() -> None:
    """Finish the fixes of a run that was killed, before the records are read."""
    from kgbuild.pipeline import fix_journal

    for sentence in fix_journal.finish():
        tell(f"note: {sentence}")


class BuildRequest(NamedTuple):
    """The build that a command uses: an export in ``folder``, or the build of the records in ``options.inputs``."""

    options: ReadOptions
    folder: Path | None
    name: str | None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The records given on the command line."""
        return self.options.inputs

    def vocabulary(self) -> RegistryMapping:
        """Load the mapping files. Raises MappingError for an invalid one."""
        from kgbuild.pipeline.read import mapping_of

        return mapping_of(self.options)

    def before(self, name: str) -> BuildRequest:
        """Return the request with one more input, before the others."""
        return self._replace(options=replace(self.options, inputs=(name, *self.inputs)))

    def settled(self, doing: str) -> BuildRequest:
        """Return the request with its defaults applied.

        If neither an export nor records are given, it uses the export in `output`, if there is one, and prints which one it uses.
        """
        from kgbuild.readers.inputs import MANIFEST_ENDING

        if self.folder is not None or self.inputs:
            return self
        folder = _OUTPUT if any(_OUTPUT.glob(f"*{MANIFEST_ENDING}")) else None
        tell(f"{doing} the {'export in output' if folder else 'records in input'}")
        return self._replace(folder=folder)

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """Open the build in some formats. Raises the errors of ``artifact.open_build``."""
        from kgbuild.pipeline import artifact

        options = replace(self.options, inputs=self.inputs or INPUTS)
        return artifact.open_build(options, formats, folder=self.folder, name=self.name, whole=whole)


def takes_a_build(command: str) -> Callable[[_Function], _Function]:
    """Add INPUT… and --from DIR to a command that uses a build. The decorated function gets a ``BuildRequest`` as ``request``."""

    def decorate(function: _Function) -> _Function:
        @functools.wraps(function)
        def wrapped(build: BuildOptions, options: ReadOptions, **params: Any) -> Any:
            request = BuildRequest(options, None if build.folder is None else Path(build.folder), build.name)
            _check(request, command)
            return function(request=request, **params)

        return takes(command, build=BuildOptions, options=ReadOptions)(wrapped)

    return decorate


def _check(request: BuildRequest, command: str) -> None:
    """Raise UsageError if both records and an export are given, or options for records with an export."""
    if request.folder is None:
        return
    if request.inputs:
        raise UsageError(
            f"--from: expected an export or records, got both ({request.folder}, {request.inputs[0]}); leave out one of the two"
        )
    context = click.get_current_context()
    of_records = {item.name for item in taken(command, ReadOptions)} - {"inputs"}
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in of_records and context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(
                f"{_flag(parameter, context)}: expected records to read, got --from {request.folder}; leave out one of the two"
            )


def _flag(parameter: click.Parameter, context: click.Context) -> str:
    """Return the flag that was given. Of a pair like --cache/--no-cache, it is the one that matches the value."""
    off = context.params[parameter.name or ""] is False and parameter.secondary_opts
    return (parameter.secondary_opts if off else parameter.opts)[-1]
