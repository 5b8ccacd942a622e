"""The command `kgbuild completion`."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes kgbuild's commands and options in a SHELL.

    For bash: eval "$(kgbuild completion bash)" in ~/.bashrc.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(click.get_current_context().find_root().command, {}, "kgbuild", "_KGBUILD_COMPLETE").source())
