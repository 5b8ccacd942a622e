"""The list of commands says what each of them says of itself."""

from __future__ import annotations

import click

from kgbuild.cli.main import COMMANDS, main


def test_every_command_is_there_and_documented() -> None:
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    assert {name: command.name for name, command in found.items() if command is not None} == {name: name for name in COMMANDS}
    assert [name for name, command in found.items() if command is None or not command.help] == []
    assert [name for name, (_, about) in COMMANDS.items() if not about.endswith(".")] == []


def test_an_unknown_command_is_none() -> None:
    assert main.get_command(click.Context(main), "exprot") is None
