"""The command `kgbuild completion`."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes kgbuild's commands and options in SHELL.

    For bash, add this line to ~/.bashrc: eval "$(kgbuild completion bash)"
    """
    from click.shell_completion import get_completion_class

    completion_class = get_completion_class(shell)
    if completion_class is not None:
        click.echo(completion_class(click.get_current_context().find_root().command, {}, "kgbuild", "_KGBUILD_COMPLETE").source())
