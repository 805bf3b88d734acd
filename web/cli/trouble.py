"""What ends a command with one sentence on the error output."""

from __future__ import annotations

from typing import IO, Any

import click


class Trouble(click.ClickException):
    """A command cannot be carried out; the message is one sentence that says how to mend it. Exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say the sentence, as it is."""
        click.echo(self.message, file=file, err=file is None)
