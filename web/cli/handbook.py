"""`doorstep handbook`: the window handbook as a PDF."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from domain.refusals import NotFound
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.trouble import Trouble
from web.printing import Printer, notes_of
from web.shelf import Shelf


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to be written.")
@click.option("--item", help="The public guide of this item instead.")
@click.option("--large", is_flag=True, help="The guide in large type.")
@data_option
def handbook(*, out: Path, item: str | None, large: bool, data: Path | None) -> int:
    """Print the window handbook of everything that is offered today, or the public guide of one item, as a PDF.

    The service may run meanwhile.
    """
    if large and item is None:
        raise click.UsageError("Only a guide comes in large type: name the item by --item.")
    with opened_centre(settings_of(data=data)) as centre:
        printer = Printer(Shelf(centre), partial(notes_of, centre))
        try:
            printed = printer.guide(item, large=large) if item else printer.handbook()
        except NotFound as fault:
            raise Trouble(f"The centre does not offer {item or 'anything'} today.") from fault
    try:
        out.write_bytes(printed.pdf)
    except OSError as fault:
        raise Trouble(f"{out} cannot be written: {fault.strerror}.") from fault
    click.echo(f"{out}: {len(printed.pdf):,} bytes.")
    return 0
