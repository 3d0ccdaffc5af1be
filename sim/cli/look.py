"""Commands that look at scenarios: list, new, validate, schema, show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sim.cli import options, paper, tables

if TYPE_CHECKING:
    from sim import api
    from sim.cli.paper import Paint


@click.command("list")
@options.form()
@options.colour
def list_command(form: str, no_color: bool) -> None:
    """List the shipped scenarios, each with its question.

    \b
    Example:
      sim list
    """
    from sim import api

    shipped = api.shipped()
    if form != "table":
        paper.emit(({"scenario": one.name, "question": one.question} for one in shipped), form)
        return
    paint = paper.painter(no_color=no_color)
    for line in paper.listed(("scenario", "question"), [(one.name, one.question) for one in shipped], paint=paint):
        click.echo(line)
    click.echo(f"\n{paint('quiet', 'To look at one:')} {paint('command', f'sim show {shipped[0].name}')}")


@click.command("new")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new_command(file: str, force: bool) -> None:
    """Write a commented scenario to start from.

    \b
    Example:
      sim new mine.yaml
    """
    from sim import api

    path = api.create(file, force=force)
    click.echo(f"{path} is written; it runs as it is. Try:\n  sim trace {path}\n  sim run {path}")


@click.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--expect", is_flag=True, help="Also play 4,000 runs and look at the `expect:` section.")
@options.choices
@options.form("table", "json")
@options.colour
def validate_command(
    files: tuple[str, ...],
    expect: bool,
    policy: str | None,
    variant: str | None,
    settings: tuple[str, ...],
    form: str,
    no_color: bool,
) -> int:
    """Say all that is wrong with scenarios, each fault with its line.

    \b
    Example:
      sim validate first-lesson
    """
    from sim import api

    overrides = options.read_settings(settings)
    verdicts = [api.validate(file, policy=policy, variant=variant, overrides=overrides) for file in files]
    found = [api.expectations(file, policy=policy, variant=variant, overrides=overrides) if expect and good else ()
             for file, good in zip(files, (verdict.holds for verdict in verdicts), strict=True)]  # fmt: skip
    if form == "json":
        paper.emit_json([verdict.record() | {"expect": [vars_of(one) for one in looked]}
                         for verdict, looked in zip(verdicts, found, strict=True)])  # fmt: skip
    else:
        paint = paper.painter(no_color=no_color)
        for verdict, looked in zip(verdicts, found, strict=True):
            _print_verdict(verdict, looked, paint)
    if not all(verdict.holds for verdict in verdicts):
        return 2
    return 0 if all(one.holds for looked in found for one in looked) else 1


def vars_of(value: object) -> dict[str, object]:
    """The fields of a frozen value as a record."""
    from dataclasses import asdict

    return asdict(value)  # type: ignore[call-overload, no-any-return]


def _print_verdict(verdict: api.Verdict, looked: Sequence[api.Finding], paint: Paint) -> None:
    for fault in verdict.faults:
        head, *rest = str(fault).splitlines()
        click.echo("\n".join([paint("bad" if fault.level == "error" else "warning", head), *rest, ""]))
    click.echo(f"{verdict.asked}: {paint('good' if verdict.holds else 'bad', verdict.says)}")
    for one in looked:
        click.echo(_expectation_line(one, paint))


def _expectation_line(one: api.Finding, paint: Paint) -> str:
    mark = paint("good", "holds ") if one.holds else paint("bad", "FAILS ")
    return f"  {mark} {one.text}: {paper.percent(one.share)} of {one.runs:,} runs"


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of scenarios, for editors.

    \b
    Example:
      sim schema
    """
    from sim import api

    paper.emit_json(api.schema())


@click.command("show")
@options.FILE
@click.option("--core", "what", flag_value="core", help="The expanded program, in the core alone, as YAML.")
@click.option("--program", "what", flag_value="program", help="The program as the engines see it, places numbered.")
@click.option("--resolved", "what", flag_value="resolved", help="The file after policies and overrides.")
@click.option("--ledger", "what", flag_value="ledger", help="Every number with source, confidence and range.")
@click.option(
    "--diagram",
    type=click.Choice(["dot", "mermaid"]),
    is_flag=False,
    flag_value="dot",
    help="Which trigger sets off which, as text for Graphviz (dot) or Mermaid.",
)
@options.choices
@options.form("table", "json", "csv")
@options.colour
def show_command(
    file: str,
    what: str | None,
    diagram: str | None,
    policy: str | None,
    variant: str | None,
    settings: tuple[str, ...],
    form: str,
    no_color: bool,
) -> None:
    """Tell what a scenario says, in prose or otherwise.

    \b
    Example:
      sim show first-lesson
    """
    from sim import api

    model = api.load(file, policy=policy, variant=variant, overrides=options.read_settings(settings))
    paint = paper.painter(no_color=no_color)
    if what == "ledger":
        _show_ledger(model, form, paint)
    elif diagram:
        click.echo(api.show(model, diagram), nl=False)
    elif what:
        click.echo(api.show(model, what), nl=False)
    else:
        for paragraph in api.show(model, "prose").split("\n\n"):
            head, _, rest = paragraph.partition("\n") if paragraph.startswith("# ") else ("", "", paragraph)
            if head:
                click.echo(paint("title", head.removeprefix("# ")))
            for line in rest.splitlines():
                lead = "- " if line.startswith("- ") else ""
                click.echo("\n".join(paper.wrapped(line.removeprefix(lead), lead=lead and "  - ")))
            click.echo()


def _show_ledger(model: api.Model, form: str, paint: Paint) -> None:
    from sim import api

    rows = api.numbers(model)
    if form != "table":
        paper.emit((vars_of(row) for row in rows), form)
        return
    for line in tables.ledger_lines(rows, paint):
        click.echo(line)
