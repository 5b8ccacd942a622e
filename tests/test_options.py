"""An option is defined once: what the command line, the settings, the manifest and the keys make of the classes of kgbuild/options.py."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click
import pytest
from running import commands

from kgbuild.cli.options import click_option, takes
from kgbuild.options import (
    BuildOptions,
    CheckOptions,
    ExportSummary,
    ExportTarget,
    Option,
    ReadOptions,
    cache_key_of,
    option,
    options_of,
    run_key_of,
)

READ = ReadOptions(inputs=("input",))
TARGET = ExportTarget(formats=("kgx",), output=Path("output"))
#: Another value of each field.
OTHER: dict[str, Any] = {
    "inputs": ("other",), "profile": "biolink", "mappings": "mine", "exclude": ("x",), "follow_links": True, "named": ("x",),
    "aliases": False, "rollup": True,
    "keep_going": True,
    "check": "all", "complete": False, "jobs": 3, "cache": True, "copies": True, "lenient": True,
    "formats": ("turtle",), "output": Path("elsewhere"), "name": "other", "qualified": True,
}  # fmt: skip


def test_an_earlier_export_with_another_option_is_not_taken_for_this_one() -> None:
    """But for those options that say why it may be."""
    left_out = {item.name for item in options_of(ReadOptions, ExportTarget) if item.meaning.not_in_run_key}
    same = {name for name in OTHER if run_key_of(*(changed(value, name) for value in (READ, TARGET))) == run_key_of(READ, TARGET)}
    assert same == left_out == {"inputs", "mappings", "follow_links", "named", "keep_going", "jobs", "cache"}


def test_claims_read_with_another_option_are_not_taken_for_these() -> None:
    left_out = {item.name for item in options_of(ReadOptions) if item.meaning.not_in_cache_key}
    same = {item.name for item in fields(ReadOptions) if cache_key_of(changed(READ, item.name)) == cache_key_of(READ)}
    assert same == left_out
    assert {item.name for item in fields(ReadOptions)} - same == {"exclude", "copies", "lenient"}


def changed(value: Any, name: str) -> Any:
    return replace(value, **{name: OTHER[name]}) if hasattr(value, name) else value


def test_an_option_that_is_added_is_in_both_keys_and_on_the_command_line() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Added(ReadOptions):
        depth: int = option(2, Option("count", ("--depth",), "How deep.", "N", least=1, show_default=True, commands=("export",)))

    assert ("depth", 2) in run_key_of(Added(inputs=()))
    assert ("depth", 2) in cache_key_of(Added(inputs=()))

    @click.command()
    @takes("export", options=Added)
    def command(options: Added) -> None:
        click.echo(str(options.depth))

    assert command.main(["--depth", "3"], standalone_mode=False) is None
    assert [(item.name, item.help) for item in command.params if item.name == "depth"] == [("depth", "How deep.")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["export", "check", "query", "serve", "load neo4j", "load sparql"])
def test_a_command_has_the_options_that_say_so(command: str) -> None:
    there = {item.name: item for item in commands()[command].params}
    told = {
        item.name: item for item in options_of(ReadOptions, ExportTarget, ExportSummary, CheckOptions, BuildOptions)
        if command.partition(" ")[0] in item.meaning.commands
    }  # fmt: skip
    assert set(told) <= set(there)
    for name, item in told.items():
        made = click.command()(click_option(name, item.default, item.meaning)(lambda: None)).params[0]
        assert made.to_info_dict() == there[name].to_info_dict()


def test_every_option_of_the_manifest_has_a_place_of_its_own() -> None:
    told = {item.meaning.manifest: item.name for item in options_of(ReadOptions, ExportTarget) if item.meaning.manifest is not None}
    assert [told[place] for place in range(len(told))] == ["formats", "profile", "aliases", "rollup", "qualified", "check", "exclude"]
    assert sum(item.meaning.manifest is not None for item in options_of(ReadOptions, ExportTarget)) == len(told)
