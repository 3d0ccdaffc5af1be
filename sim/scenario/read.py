"""Scenario file -> Scenario; what is wrong with its shape is said all at once, in file order.

    read_scenario("first-lesson", policy="silence", overrides=[("tripwire.believed", "80 %")])

What the texts in it mean is not looked at here: names, kinds and dates are read when the program is built.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Fault, ScenarioError, Text, UsageError, did_you_mean, place_of, told_for_each
from sim.scenario.complaints import faults_of
from sim.scenario.extending import extended
from sim.scenario.overlay import (
    MOST_OVERLAYS,
    MOST_PATHS,
    Overlay,
    has_plain_numbers,
    laid_over,
    overlays_of,
    setting,
)
from sim.scenario.repeating import repeated
from sim.scenario.schema import Scenario
from sim.scenario.source import Document, Section, compose, read_document

MOST_TRIED_OVER = 500
"""Of a scenario with more quantities and triggers, no program is built for policies that nobody asked for."""

MOST_FAULTS = 200
"""So many are told; who has more faults than that mends the first ones first."""


def shipped_folder() -> Path:
    """Where the scenarios that come with the simulator are: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent / "scenarios"


def shipped_scenarios() -> tuple[Path, ...]:
    """The files of the shipped scenarios, by name."""
    return tuple(sorted(shipped_folder().glob("*.yaml")))


def find_scenario(name_or_path: str) -> Path:
    """The file of a scenario, given its path or the name of a shipped one.

    Raises
    ------
    UsageError
        If there is neither.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        if _is_file(path):
            return path
        what = "is a folder" if os.path.isdir(path) else "is not there"
        near = did_you_mean(path.name, (one.name for one in _yaml_files(path.parent)))
        raise UsageError(f"`{name_or_path}` {what}" + (f"; {near}" if near else ""))
    shipped = {one.stem: one for one in shipped_scenarios()}
    if name_or_path in shipped:
        return shipped[name_or_path]
    if _is_file(path):
        return path
    near = did_you_mean(name_or_path, shipped)
    known = f"shipped are {', '.join(shipped)}" if shipped else "none are shipped"
    raise UsageError(
        f"no scenario is called `{name_or_path}`; {near + ' ' if near else ''}{known}; a file's name ends in .yaml"
    )


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.y*ml")) if os.path.isdir(folder) else []


def read_scenario(
    name_or_path: str,
    *,
    policy: str | None = None,
    variant: str | None = None,
    overrides: Sequence[tuple[str, str]] = (),
) -> Scenario:
    """The scenario in a file, with a variant, a policy and single values laid over it, in this order.

    Raises
    ------
    ScenarioError
        With every fault of shape: of the file, of what it extends, of all its policies and variants, chosen or not,
        and of what the overrides say.
    UsageError
        If there is no such file, policy or variant, or a value of the overrides cannot be read.
    """
    return _scenario(read_document(find_scenario(name_or_path)), policy, variant, overrides)


def scenario_from_text(
    text: str,
    *,
    name: str = "scenario.yaml",
    policy: str | None = None,
    variant: str | None = None,
    overrides: Sequence[tuple[str, str]] = (),
) -> Scenario:
    """The scenario in a text, as `read_scenario`; `name` stands for the file in what is said about it."""
    return _scenario(compose(text, name), policy, variant, overrides)


@dataclass(frozen=True, slots=True)
class Examination:
    """What can be read of a scenario: None if too little is left, otherwise without what is wrong in its shape.

    `unread` are the names that were lost with that; complaints that name one of them follow from it.
    `unsure` are the scenarios under those policies and variants, as (section.name, scenario), whose values are more
    than plain numbers in the place of numbers: whether they make sense is known when their program is built.
    """

    scenario: Scenario | None
    faults: tuple[Fault, ...]
    unsure: tuple[tuple[str, Scenario], ...] = ()
    unread: frozenset[str] = frozenset()


def examine_scenario(
    name_or_path: str,
    *,
    policy: str | None = None,
    variant: str | None = None,
    overrides: Sequence[tuple[str, str]] = (),
) -> Examination:
    """What can be read of a scenario, and every fault of its shape: what stands apart from them can still be checked.

    Raises
    ------
    UsageError
        As `read_scenario`.
    """
    try:
        document = read_document(find_scenario(name_or_path))
    except ScenarioError as error:
        return Examination(None, error.faults)
    scenario, faults = _examined(document, policy, variant, overrides)
    if faults:
        from sim.scenario.mending import mended

        data = _whole(document, [])
        unread = data.lost
        if scenario is None and not data.partial and not _too_many(data, overlays_of(data)):
            scenario, lost = mended(data, document.doubled)
            unread |= lost
        return Examination(scenario, tuple(_told(faults)), unread=unread)
    data = _whole(document, [])
    if scenario is None or len(scenario.quantities) + len(scenario.triggers) > MOST_TRIED_OVER:
        return Examination(scenario, ())
    laid = ((one.path, _validated(laid_over(data, one, []), document.file, []))
            for one in overlays_of(data) if not has_plain_numbers(one, data))  # fmt: skip
    return Examination(scenario, (), tuple((name, changed) for name, changed in laid if changed is not None))


def _scenario(
    document: Document, policy: str | None, variant: str | None, overrides: Sequence[tuple[str, str]]
) -> Scenario:
    scenario, faults = _examined(document, policy, variant, overrides)
    if faults or scenario is None:
        raise ScenarioError(_told(faults))
    return scenario


def _examined(
    document: Document, policy: str | None, variant: str | None, overrides: Sequence[tuple[str, str]]
) -> tuple[Scenario | None, list[Fault]]:
    faults: list[Fault] = list(document.faults)
    data = _whole(document, faults)
    scenario = _validated(data, document.file, faults)
    if data.partial:
        return None, faults
    overlays = overlays_of(data)
    if too_many := _too_many(data, overlays):
        return None, [*faults, too_many]
    for overlay in overlays:
        _check_overlay(data, overlay, document.file, faults)
    _check_levers(data, faults)
    chosen = [_chosen(overlays, "variants", variant), _chosen(overlays, "policies", policy)]
    wanted = [overlay for overlay in chosen if overlay is not None]
    settings = [setting(path, value, number) for number, (path, value) in enumerate(overrides, 1)]
    wanted += settings if data.families is None else [data.families.laid(one) for one in settings]
    if faults:
        return scenario if not document.doubled else None, faults
    for overlay in wanted:
        data = laid_over(data, overlay, faults)
    return _validated(data, document.file, faults) if wanted else scenario, faults


def _whole(document: Document, faults: list[Fault]) -> Section:
    """All that a scenario says: what it extends taken in, and what stands once for several written out."""
    return repeated(extended(document, faults, _find_piece), faults)


def _too_many(data: Section, overlays: Sequence[Overlay]) -> Fault | None:
    """A fault if there is more to try than can be tried in good time."""
    levers = data.get("levers")
    paths = sum(len(overlay.entries) + len(overlay.without) for overlay in overlays)
    paths += len(levers) if isinstance(levers, Section) else 0
    if len(overlays) <= MOST_OVERLAYS and paths <= MOST_PATHS:
        return None
    says = f"{len(overlays)} policies and variants, which with the levers name {paths:,} paths"
    return Fault(data.place, "policies", says, f"at most {MOST_OVERLAYS} policies and variants, and {MOST_PATHS} paths")


def _validated(data: Section, file: str, faults: list[Fault]) -> Scenario | None:
    """The scenario, or None with its faults added."""
    from pydantic import ValidationError

    try:
        return Scenario.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        faults += faults_of(error, data, file)
        return None


def _check_overlay(data: Section, overlay: Overlay, file: str, faults: list[Fault]) -> None:
    """Add the faults that an overlay brings, which are not those of the file without it."""
    found: list[Fault] = []
    changed = laid_over(data, overlay, found)
    if not found:
        # Sections do not know each other's shape, so only those that the overlay changed are looked at again.
        header = ("scenario", "start", "horizon")
        touched = Section((key, one) for key, one in changed.items() if key in header or data.get(key) is not one)
        _validated(touched, file, found)
        before = {(str(fault.place), fault.says) for fault in faults}
        found = [fault for fault in found if (str(fault.place), fault.says) not in before]
    faults += found


def _check_levers(data: Section, faults: list[Fault]) -> None:
    """A lever names one number that is there."""
    from sim.scenario.paths import find_path

    levers = data.get("levers")
    for lever in levers if isinstance(levers, Section) else ():
        path = Text(lever, place_of(lever))
        each = data.families.spread(str(lever))[1] if data.families is not None else []
        find_path(Text(each[0], path.place) if each else path, data, f"levers.{lever}", faults)


def _chosen(overlays: Sequence[Overlay], section: str, name: str | None) -> Overlay | None:
    if name is None:
        return None
    known = [overlay.name for overlay in overlays if overlay.section == section]
    for overlay in overlays:
        if overlay.section == section and overlay.name == name:
            return overlay
    what = "policy" if section == "policies" else "variant"
    near = did_you_mean(name, known)
    has = f"it has {', '.join(known)}" if known else "it has none"
    raise UsageError(f"the scenario has no {what} `{name}`; {near + ' ' if near else ''}{has}")


def _find_piece(name: str, folder: Path) -> Path | None:
    """The file that `extends` names: beside the file that extends it, or a shipped scenario."""
    candidates = (folder / name, folder / f"{name}.yaml", shipped_folder() / f"{name}.yaml")
    return next((one for one in candidates if name and _is_file(one)), None)


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _told(faults: Sequence[Fault]) -> list[Fault]:
    """The faults in file order, each once, and no more than a person reads."""
    once = {(str(fault.place), fault.path, fault.says): fault for fault in told_for_each(faults)}
    ordered = sorted(once.values(), key=lambda fault: fault.order)
    if len(ordered) <= MOST_FAULTS:
        return ordered
    last = ordered[MOST_FAULTS - 1]
    rest = Fault(last.place, "", f"and {len(ordered) - MOST_FAULTS + 1} faults more", "mend these first")
    return [*ordered[: MOST_FAULTS - 1], rest]
