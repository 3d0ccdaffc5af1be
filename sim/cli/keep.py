"""Commands that look after what was played: plot, report, export, status, doctor, verify."""

from __future__ import annotations

import click

from sim.cli import options, paper


@click.command("plot")
@options.STUDY
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False),
    help="The folder for the pictures (default: figures/ in the study).",
)
@click.option("--run", "run_number", type=options.RUN, default=0, show_default=True,
              help="The run that is drawn as a timeline.")  # fmt: skip
def plot_command(study: str, out: str | None, run_number: int) -> None:
    """Draw the pictures of a stored study.

    \b
    Example:
      sim plot results/first-lesson-*
    """
    from sim import api

    for path in api.plot(api.study(study), out=out, run=run_number):
        click.echo(path)


@click.command("report")
@options.STUDY
@click.option("-o", "--out", type=click.Path(dir_okay=False), help="The file (default: report.html in the study).")
def report_command(study: str, out: str | None) -> None:
    """Write a stored study as one HTML page that needs no other file.

    \b
    Example:
      sim report results/first-lesson-*
    """
    from sim import api

    click.echo(api.report(api.study(study), out=out))


@click.command("export")
@options.STUDY
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, allow_dash=True),
    help="The folder for the tables (default: csv/ in the study); - prints one.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    help="This table alone, such as runs or sheets/differences; repeatable.",
)
def export_command(study: str, out: str | None, tables: tuple[str, ...]) -> None:
    """Write the tables of a stored study as CSV.

    Those that were computed of it too, such as differences or indices.

    \b
    Example:
      sim export results/first-lesson-*
    """
    from sim import api

    for path in api.export(api.study(study), out=out, tables=tables):
        click.echo(path)


@click.command("status")
@options.STUDY
@options.form()
@options.colour
def status_command(study: str, form: str, no_color: bool) -> None:
    """Say how far a study is, what it plays and what made it.

    \b
    Example:
      sim status results/first-lesson-*
    """
    from sim import api

    record = api.status(study)
    if form != "table":
        paper.emit_json(record) if form == "json" else paper.emit([record], form)
        return
    _print_pairs(record, paper.painter(no_color=no_color))


def _print_pairs(record: dict[str, object], paint: paper.Paint) -> None:
    rows = [(key.replace("_", " "), str(value)) for key, value in record.items() if value not in (None, "", [])]
    for line in paper.listed(("", ""), rows, paint=paint):
        click.echo(line)


@click.command("doctor")
@options.form()
@options.colour
def doctor_command(form: str, no_color: bool) -> int:
    """Say what is installed and what is missing.

    \b
    Example:
      sim doctor
    """
    from sim import api

    checks = api.doctor()
    if form != "table":
        paper.emit(checks, form)
    else:
        paint = paper.painter(no_color=no_color)
        colours = {"ok": "good", "missing": "bad"}
        rows = [(check["what"], check["state"], check["says"]) for check in checks]
        for line in paper.listed(("", "", ""), rows, paint=paint, parts=[colours[row[1]] for row in rows]):
            click.echo(line)
    return 1 if any(check["state"] == "missing" for check in checks) else 0


@click.command("verify")
@click.option(
    "-n", "--runs", type=options.Whole(100, 10**9), default=2_000, show_default=True, help="Runs of each case."
)
@click.option("--seed", type=options.SEED, default=1960, show_default=True, help="The luck of the runs.")
@click.option("-v", "--verbose", is_flag=True, help="Also the formula and source of each case.")
@options.form()
@options.colour
def verify_command(runs: int, seed: int, verbose: bool, form: str, no_color: bool) -> int:
    """Hold the simulator against textbook cases with known answers.

    \b
    Example:
      sim verify -n 200
    """
    from sim import api

    rows = api.verify(runs=runs, seed=seed)
    if form != "table":
        paper.emit(rows, form)
        return 0 if all(row["agrees"] for row in rows) else 1
    paint = paper.painter(no_color=no_color)
    click.echo(paint("head", f"  {'quantity':34} {'expected':>10} {'simulated':>10} {'+- 1 s.e.':>10}"))
    click.echo(paint("head", "  +- is one standard error; what is off by more than five is WRONG"))
    case = ""
    for row in rows:
        if row["case"] != case:
            case = str(row["case"])
            click.echo(f"\n{paint('title', case)}")
            if verbose:
                click.echo(
                    "\n".join(
                        paper.painted(paper.wrapped(f"{row['formula']} ({row['source']})", lead="  "), "quiet", paint)
                    )
                )
        click.echo(_verdict_line(row, paint))
    wrong = sum(not row["agrees"] for row in rows)
    click.echo(
        f"\n{len(rows)} quantities, "
        + (paint("bad", f"{wrong} WRONG") if wrong else paint("good", "all as they should be"))
    )
    return 1 if wrong else 0


def _verdict_line(row: dict[str, object], paint: paper.Paint) -> str:
    expected, simulated, error = (float(str(row[key])) for key in ("expected", "simulated", "error"))
    spread = f"+- {error:.2g}" if error else "exact"
    verdict = paint("good", "ok") if row["agrees"] else paint("bad", "WRONG")
    quantity = str(row["quantity"])
    return f"  {quantity[:34]:34} {expected:>10.5g} {simulated:>10.5g} {spread:>10}  {verdict}"
