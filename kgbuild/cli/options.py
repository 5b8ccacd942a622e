"""The options of kgbuild/options.py as options of commands, and what the commands that use a build have in common."""

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

from kgbuild.errors import UsageError
from kgbuild.options import BuildOptions, Kind, Option, OptionField, ReadOptions, options_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kgbuild.mapping.load import RegistryMapping
    from kgbuild.pipeline.artifact import Build

#: What is read if nobody says what, and where an export goes that is not told where.
INPUTS, _OUTPUT = ("input",), Path("output")
_Function = Callable[..., Any]


class _RegistryChoice(click.Choice):
    """A choice among the keys of a registry, whose module is imported on use."""

    def __init__(self, meaning: Option) -> None:
        self._meaning, self.case_sensitive = meaning, True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]  # click only reads it
        """The keys."""
        return self._meaning.values()


class OutputPath(click.Path):
    """A file or folder that a command writes."""


class _Formats(click.ParamType):
    """Formats of an export, comma-separated."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the last of them."""
        from click.shell_completion import CompletionItem

        from kgbuild.writers import GROUPS, WRITERS

        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{before}{comma}{name}") for name in (*GROUPS, *WRITERS) if name.startswith(last)]


def _choice(meaning: Option) -> click.ParamType:
    return click.Choice(meaning.choices) if isinstance(meaning.choices, tuple) else _RegistryChoice(meaning)


#: The type of click's for the values of a kind of option; those of other kinds are texts.
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
    """An option, or for inputs an argument, as a decorator of click's; its value is the argument ``name``."""
    if meaning.kind == "inputs":
        return click.argument(name, nargs=-1, metavar=meaning.metavar, type=_type(meaning))
    more: dict[str, Any] = {"is_flag": True} if meaning.kind == "flag" else {"type": _type(meaning), "metavar": meaning.metavar}
    if meaning.kind in ("formats", "codes", "globs"):
        more["multiple"] = True
    elif (given := default if meaning.command_default is None else meaning.command_default) not in (None, MISSING):
        more["default"] = given
    return click.option(*meaning.flags, name, help=meaning.help, show_default=meaning.show_default, **more)


def taken(command: str, *groups: type) -> list[OptionField]:
    """The options of some classes that a command takes."""
    return [item for item in options_of(*groups) if command in item.meaning.commands]


def takes(command: str, **groups: type) -> Callable[[_Function], _Function]:
    """Give a command those options of some classes that it takes. Its function gets a value of each class, by the name of the argument."""

    def decorate(function: _Function) -> _Function:
        @functools.wraps(function)
        def wrapped(**params: Any) -> Any:
            values = {}
            for name, group in groups.items():
                values[name] = group(**{item.name: params.pop(item.name) for item in options_of(group) if item.name in params})
            return function(**values, **params)

        made: _Function = wrapped
        for item in reversed(taken(command, *groups.values())):
            made = click_option(item.name, item.default, item.meaning)(made)
        return made

    return decorate


class BuildRequest(NamedTuple):
    """The build that a command was asked to use: an export in ``folder``, or one of the records of ``options.inputs``."""

    options: ReadOptions
    folder: Path | None
    name: str | None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The records that are named."""
        return self.options.inputs

    def vocabulary(self) -> RegistryMapping:
        """The mapping files. Raises MappingError for a wrong one."""
        from kgbuild.pipeline.read import mapping_of

        return mapping_of(self.options)

    def before(self, name: str) -> BuildRequest:
        """The same with another input before the others."""
        return self._replace(options=replace(self.options, inputs=(name, *self.inputs)))

    def settled(self, doing: str) -> BuildRequest:
        """The same, or where neither an export nor records are named, the export in `output` if there is one; which one it is, is said."""
        from kgbuild.readers.inputs import MANIFEST_ENDING

        if self.folder is not None or self.inputs:
            return self
        folder = _OUTPUT if any(_OUTPUT.glob(f"*{MANIFEST_ENDING}")) else None
        click.echo(f"{doing} the {'export in output' if folder else 'records in input'}", err=True)
        return self._replace(folder=folder)

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """The build, in some formats. Raises what ``artifact.open_build`` raises."""
        from kgbuild.pipeline import artifact

        options = replace(self.options, inputs=self.inputs or INPUTS)
        return artifact.open_build(options, formats, folder=self.folder, name=self.name, whole=whole)


def takes_a_build(command: str) -> Callable[[_Function], _Function]:
    """Give a command that uses a build INPUT… and --from DIR; its function gets a ``BuildRequest`` as ``wanted``."""

    def decorate(function: _Function) -> _Function:
        @functools.wraps(function)
        def wrapped(build: BuildOptions, options: ReadOptions, **params: Any) -> Any:
            wanted = BuildRequest(options, None if build.folder is None else Path(build.folder), build.name)
            _check(wanted, command)
            return function(wanted=wanted, **params)

        return takes(command, build=BuildOptions, options=ReadOptions)(wrapped)

    return decorate


def _check(wanted: BuildRequest, command: str) -> None:
    """Raise where records and an export are named both, or options for records with an export."""
    if wanted.folder is None:
        return
    if wanted.inputs:
        raise UsageError(f"--from: expected an export or records, got both ({wanted.folder}, {wanted.inputs[0]}); leave one of them out")
    context = click.get_current_context()
    of_records = {item.name for item in taken(command, ReadOptions)} - {"inputs"}
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in of_records and context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(f"{_flag(parameter, context)}: expected records to read, got --from {wanted.folder}; leave one of them out")


def _flag(parameter: click.Parameter, context: click.Context) -> str:
    """The flag that says what was said: of two the one for the value."""
    off = context.params[parameter.name or ""] is False and parameter.secondary_opts
    return (parameter.secondary_opts if off else parameter.opts)[-1]
