"""The verbs of the simulator, for notebooks and for the command line, which knows nothing else.

    from sim import api
    model = api.load("first-lesson", overrides=[("tripwire.believed", "0.8")])
    study = api.run(model, runs=1_000)
    print(study.summary)

Each verb imports what it needs when it is called, because a command that only looks must answer at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.verbs.ablating import ablate, plan_ablate
from sim.verbs.branching import branch, diff, plan_branch
from sim.verbs.charting import chart, chart_style
from sim.verbs.comparing import WORLDS, compare, plan_compare, reading
from sim.verbs.debriefing import (
    debrief,
    debrief_part,
    debrief_parts,
    digest_in_export,
    export_session,
    rehearse,
    replay_export,
)
from sim.verbs.finding import discover, plan_rare, rare
from sim.verbs.keeping import doctor, draw, export, picture, plot, report, status, verify
from sim.verbs.looking import Shipped, create, numbers, schema, shipped, show, validate
from sim.verbs.model import RESULTS, Model, Overrides, load
from sim.verbs.playing import (
    MOST_RUNS,
    RUNS,
    chain_records,
    expectations,
    experiment_of,
    explain,
    names_several,
    on_cluster,
    plan,
    plan_of,
    play,
    replay,
    run,
    story,
    study,
    trace,
)
from sim.verbs.rehearsing import Rehearsal, rehearsal_of, rehearsed
from sim.verbs.sandboxing import levers, sandboxed, turned
from sim.verbs.seating import (
    ROUTINE,
    ask,
    baselines,
    chunk,
    differences,
    folded,
    game,
    holds_session,
    open_session,
    prospects,
    resume_session,
    said_of_log,
    said_of_version,
    unseated,
    view,
    warm,
)
from sim.verbs.sensing import POINT_RUNS, plan_sensitivity, sensitivity
from sim.verbs.serving import assumptions, copied, has_part, lay_part, part_of, refused
from sim.verbs.sweeping import plan_sweep, sweep

if TYPE_CHECKING:  # the faces take the names of these values from here
    from sim.analysis.ablating.ablation import Ablation as Ablation
    from sim.analysis.branching.fork import Fork as Fork
    from sim.analysis.branching.futures import Futures as Futures
    from sim.analysis.comparing.alternatives import Reading as Reading
    from sim.analysis.comparing.comparison import Comparison as Comparison
    from sim.analysis.differing.parting import Parting as Parting
    from sim.analysis.discovering.discovery import Discovery as Discovery
    from sim.analysis.enough import Enough as Enough
    from sim.analysis.expect import Finding as Finding
    from sim.analysis.explain import Explanation as Explanation
    from sim.analysis.metrics import MetricSummary as MetricSummary
    from sim.analysis.outcomes import OutcomeShare as OutcomeShare
    from sim.analysis.report import Study as Study
    from sim.analysis.sensing.sensitivity import Sensitivity as Sensitivity
    from sim.analysis.sheet import Sheet as Sheet
    from sim.analysis.splitting.rare import RareEvent as RareEvent
    from sim.analysis.story import Story as Story
    from sim.analysis.summary import Summary as Summary
    from sim.analysis.sweeping.sweep import Sweep as Sweep
    from sim.analysis.verdict import Verdict as Verdict
    from sim.engine.record import Recording as Recording
    from sim.engine.record import Runs as Runs
    from sim.figures.gallery import Drawn as Drawn
    from sim.game.baselines import Baselines as Baselines
    from sim.game.course import Course as Course
    from sim.game.debrief import Debrief as Debrief
    from sim.game.folded import Again as Again
    from sim.game.foresight import Ask as Ask
    from sim.game.foresight import Chunk as Chunk
    from sim.game.prospects import Prospect as Prospect
    from sim.game.prospects import Prospects as Prospects
    from sim.game.session import Refused as Refused
    from sim.game.session import Session as Session
    from sim.game.state import State as State
    from sim.game.table import Game as Game
    from sim.game.table import Question as Question
    from sim.game.table import Seat as Seat
    from sim.game.table import Turn as Turn
    from sim.program.ir import Program as Program
    from sim.program.ledger import Number as Number
    from sim.scenario.schema import Scenario as Scenario
    from sim.study.design import Design as Design
    from sim.study.design import Experiment as Experiment
    from sim.study.ensemble import Ensemble as Ensemble
    from sim.study.execute import Progress as Progress
    from sim.study.plan import Plan as Plan
    from sim.study.splitting.rare import RarePlan as RarePlan
    from sim.verbs.serving import Copied as Copied

__all__ = [
    "MOST_RUNS",
    "POINT_RUNS",
    "RESULTS",
    "ROUTINE",
    "RUNS",
    "WORLDS",
    "Model",
    "Overrides",
    "Rehearsal",
    "Shipped",
    "ablate",
    "ask",
    "assumptions",
    "baselines",
    "branch",
    "chain_records",
    "chart",
    "chart_style",
    "chunk",
    "compare",
    "copied",
    "create",
    "debrief",
    "debrief_part",
    "debrief_parts",
    "diff",
    "differences",
    "digest_in_export",
    "discover",
    "doctor",
    "draw",
    "expectations",
    "experiment_of",
    "explain",
    "export",
    "export_session",
    "folded",
    "game",
    "has_part",
    "holds_session",
    "lay_part",
    "levers",
    "load",
    "names_several",
    "numbers",
    "on_cluster",
    "open_session",
    "part_of",
    "picture",
    "plan",
    "plan_ablate",
    "plan_branch",
    "plan_compare",
    "plan_of",
    "plan_rare",
    "plan_sensitivity",
    "plan_sweep",
    "play",
    "plot",
    "prospects",
    "rare",
    "reading",
    "refused",
    "rehearsal_of",
    "rehearse",
    "rehearsed",
    "replay",
    "replay_export",
    "report",
    "resume_session",
    "run",
    "said_of_log",
    "said_of_version",
    "sandboxed",
    "schema",
    "sensitivity",
    "shipped",
    "show",
    "status",
    "story",
    "study",
    "sweep",
    "trace",
    "turned",
    "unseated",
    "validate",
    "verify",
    "view",
    "warm",
]
