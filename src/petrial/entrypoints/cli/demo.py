"""``petrial demo``: make a small study, measure it, say where the page is."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.entrypoints.cli.output import working, write_answer

__all__ = ["demo"]


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write the study; made if absent.")
    ] = Path("demo"),
) -> None:
    """Make a small PET/CT study as real DICOM files, measure it, and write its page.

    Example: petrial demo demo
    """
    from petrial import bootstrap  # noqa: PLC0415  late, so that --help is quick

    with working("Making the study"):
        studies = bootstrap.make_demo(folder)
    for study in studies:
        typer.echo(f"Study: {study.folder} ({study.tracer})")
        with working("Measuring"):
            answer = bootstrap.measure_demo(study)
            page = bootstrap.write_page(answer, study.folder)
        write_answer(answer, lesions=True, page=page)
        typer.echo("")
