"""``petrial images``: check and measure series of images."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.entrypoints.cli.output import check_target, report, working

__all__ = ["app"]

REFUSED = 3

app = typer.Typer(help="Check and measure PET and CT.", no_args_is_help=True)

Images = Annotated[
    Path,
    typer.Argument(
        exists=True, readable=True, metavar="PATH", help="A folder, zip archive or file of DICOM."
    ),
]
Records = Annotated[
    list[Path] | None,
    typer.Option(
        "--record",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Administration record (TOML); it is the authority. Repeat it for several tracers.",
    ),
]
Assume = Annotated[
    list[str] | None,
    typer.Option(
        "--assume",
        metavar="FIELD=VALUE",
        help="Decide what the header leaves open; printed wherever it is used. Can be repeated.",
    ),
]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", help="Write the answer as JSON; - for the terminal."),
]


@app.command()
def check(path: Images, record: Records = None, assume: Assume = None, json: Json = None) -> None:
    """Tell for each series what it is, whether SUV can be computed, and from which inputs.

    Example: petrial images check /data/patient-7 --record patient-7.toml
    """
    from petrial import bootstrap  # noqa: PLC0415  late, so that --help is quick

    check_target("--json", json)
    with working("Reading headers"):
        answer = bootstrap.check(path, record=record or (), assume=assume or ())
    report(answer, json, lesions=False)
    raise typer.Exit(REFUSED if answer.refused else 0)


@app.command()
def measure(
    path: Images,
    *,
    record: Records = None,
    assume: Assume = None,
    contours: Annotated[
        list[Path] | None,
        typer.Option(
            "--contours",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Drawn regions: RTSTRUCT, DICOM SEG or a NIfTI label map. Can be repeated.",
        ),
    ] = None,
    seed: Annotated[
        list[str] | None,
        typer.Option(
            "--seed", metavar="X,Y,Z", help="A point in patient mm to grow from. Can be repeated."
        ),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="NAME[:VALUE]",
            help=(
                "Delineation: fixed:SUV, percent:P, a50, percist, grow:SUV; union, intersection "
                "or majority of the others. Can be repeated."
            ),
        ),
    ] = None,
    force: Annotated[
        list[str] | None,
        typer.Option(
            "--force",
            metavar="NAME",
            help="Use this method although the tracer does not declare it. Can be repeated.",
        ),
    ] = None,
    peak: Annotated[
        str,
        typer.Option(
            "--peak",
            metavar="NAME",
            help=(
                "Definition of SUVpeak: sphere-1cm3, sphere-1cm3-inside, ibsi-local, ibsi-global "
                "or sphere-12mm."
            ),
        ),
    ] = "sphere-1cm3",
    liver: Annotated[
        str | None,
        typer.Option(
            "--liver",
            metavar="X,Y,Z|FILE",
            help="Liver reference: centre of a 3 cm sphere in patient mm, or a drawn region.",
        ),
    ] = None,
    blood_pool: Annotated[
        str | None,
        typer.Option(
            "--blood-pool",
            metavar="X,Y,Z|FILE",
            help="Blood pool: centre of a 1 cm sphere in the aorta in patient mm, or drawn.",
        ),
    ] = None,
    minimum_ml: Annotated[
        float,
        typer.Option(
            "--minimum-ml",
            metavar="ML",
            min=0.0,
            help="Leave out candidates smaller than this volume.",
        ),
    ] = 0.5,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write one self-contained page into DIR."),
    ] = None,
    json: Json = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the lesion table as CSV.")
    ] = None,
    parquet: Annotated[
        Path | None,
        typer.Option("--parquet", metavar="FILE", help="Write the lesion table as Parquet."),
    ] = None,
) -> None:
    """Measure the lesions of each PET series that can be quantified.

    Example: petrial images measure /data/patient-7 --record patient-7.toml --contours drawn.dcm
    """
    from petrial import bootstrap  # noqa: PLC0415  late, so that --help is quick

    for option, file in (("--csv", csv), ("--parquet", parquet), ("--json", json)):
        check_target(option, file)
    if out is not None:
        check_target("--out", out / "measurement.html", made=True)
    with working("Measuring"):
        answer = bootstrap.measure(
            path,
            record=record or (),
            assume=assume or (),
            contours=contours or (),
            seeds=seed or (),
            methods=method or (),
            force=force or (),
            peak=peak,
            liver=liver,
            blood_pool=blood_pool,
            minimum_ml=minimum_ml,
            projections=out is not None,
        )
        if csv is not None:
            bootstrap.write_csv(answer, csv)
        if parquet is not None:
            bootstrap.write_parquet(answer, parquet)
        page = bootstrap.write_page(answer, out) if out is not None else None
    report(answer, json, lesions=True, page=page)
    raise typer.Exit(REFUSED if answer.refused else 0)
