"""Which uncertain number matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.verbs.asking import listed, so_many
from sim.verbs.model import RESULTS, Model, load
from sim.verbs.playing import experiment_of, plan_of, run

if TYPE_CHECKING:
    from sim.analysis.sensing.sensitivity import Sensitivity
    from sim.study.plan import Plan


POINT_RUNS = {"sobol": 100, "morris": 100, "tornado": 1_000}
"""Runs at each point of a sensitivity study when nothing is said, by method."""


def plan_sensitivity(
    model: Model | str | Path,
    *,
    method: str = "sobol",
    samples: int | None = None,
    parameters: str | Sequence[str] = (),
    second: bool = False,
    runs: int | None = None,
    seed: int = 1,
    **options: Any,
) -> Plan:
    """The plan of a study of which uncertain numbers move what comes of a crisis.

    Of a study that is there already with more base samples or more runs at each point, all is taken.

    Parameters
    ----------
    method
        `sobol`: shares of variance; `morris`: screening; `tornado`: one at a time.
    samples
        Base samples of `sobol`, a power of two; trajectories of `morris`.
    parameters
        Which ones are moved; all uncertain ones if none is named. The others are drawn for each run.
    second
        Also what two parameters do together, for nearly twice as many points.
    runs
        At each point.
    options
        As of `plan_of`: workers, engine, out, tell.

    Raises
    ------
    UsageError
        If there is no such method or parameter, or the numbers make no design.
    """
    from sim.study.designs import sampling

    model = model if isinstance(model, Model) else load(model)
    experiment = experiment_of(model)
    what = sampling.asked(experiment, method, samples=samples, parameters=listed(parameters), second=second)
    count = so_many(runs, POINT_RUNS[what.method])
    design = sampling.design_of(experiment, what, seed)
    there = sampling.there(design, what, Path(options.get("out", RESULTS)))
    if there.samples > what.samples:
        design = sampling.design_of(experiment, there.of(what), seed)
    sampling.check_runs(count)
    if there.samples > what.samples or there.runs > count:
        options.get("tell", lambda says: None)(sampling.more_there(what, count, there))
    return plan_of(design, asked=model.asked, runs=max(count, there.runs), scenario=model.scenario, **options)


def sensitivity(
    what: Plan | Model | str | Path,
    *,
    until: float | None = None,
    of: str = "",
    play: Callable[[Plan], Any] | None = None,
    **options: Any,
) -> Sensitivity:
    """Play a sensitivity study: a plan of one, or a model or scenario with the options of `plan_sensitivity`.

    Parameters
    ----------
    until
        Double the base samples until the 95 % half-width of every total index is at most this, or there are too many.
    of
        The outcome or metric that is asked about; all of them if none is named.
    play
        What plays a plan, if it is not `run`; when it gives None, nothing more is played.

    Raises
    ------
    UsageError
        If `until` is asked of another method than `sobol`, or nothing is called `of`.
    """
    from sim.analysis.sensing.sensitivity import Sensitivity
    from sim.study.designs import sampling

    if isinstance(what, str | Path):
        what = load(what)
    model, playing = (what if isinstance(what, Model) else None), play or run
    if model is not None:
        sampling.check_of(of, model.program)
        sampling.check_until(until, str(options.get("method", "sobol")), options.get("samples"))
        options["samples"] = sampling.FEWEST_UNTIL if until is not None else options.get("samples")
        what = plan_sensitivity(model, **options)
    assert not isinstance(what, Model)
    while True:
        found = playing(what)
        if not isinstance(found, Sensitivity):
            return found  # type: ignore[no-any-return]
        found = found.of(of) if of else found
        if model is None or until is None or found.half_width <= until or 2 * found.samples > sampling.MOST["sobol"]:
            return found
        options["samples"] = 2 * found.samples
        what = plan_sensitivity(model, **options)
