"""The scenario that `sim new` writes: it runs as it is, and its comments say what to change."""

from __future__ import annotations

import re

_STARTER = """\
# A scenario is one crisis: who stands where, who threatened what, how it can end.
# This one runs as it is. Change a line, then:   sim run FILE      (a thousand runs: how often each end comes)
#                                                sim trace FILE    (one run, told like a diary)
#                                                sim validate FILE (everything that is wrong, with its line)
scenario: NAME
question: Does a threat of sanctions that is half believed hold an army at the border?

start: 2030-03-01          # a date, or a date and a time: 2030-03-01 18:00
horizon: 180 days          # how long we look; every run ends then at the latest

# Where your numbers come from. A number without a source is counted as judgement, and the output says how many.
sources:
  author: our own judgement, for the sake of an example

# What we are not sure of. Each run draws each of these once.
parameters:
  invader_resolve:         # how much the invader wants it: 0 not at all, 1 at any price
    triangular: {low: 0.3, mode: 0.5, high: 0.7}
    source: author
    confidence: low

# The states. A bare key is a quantity of that actor.
actors:
  invader: {resolve: invader_resolve}
  neighbour: {}
  west: {}

agents:
  # A posture is a ladder on which forces move, one rung at a time. Each rung says its level in the record of
  # militarized disputes (none, threat, display, force, war); pace and usual choices then come from the record.
  army:
    posture: {actor: invader, against: neighbour}
    rungs:
      home: {level: none}
      border: {level: display}
      invasion: {level: force}
    start: border

  # Sanctions are tiers. `bite` is what a tier costs its target, in points of GDP a year.
  measures:
    sanctions: {senders: [west], target: invader}
    tiers:
      none: {}
      sectoral: {bite: 1.2}
    start: none

# A threat is a promise: when they do this, then we do that. Never one number for both of the last two lines:
# what the other side believes, and what is true.
threats:
  tripwire:
    by: west
    to: invader
    when: army >= invasion
    then: raise measures to sectoral
    hurts: 0.6             # share of all that is at stake for the invader; 1 is everything
    believed: 50 %         # the chance in the invader's head
    kept: 70 %             # the chance in fact
    source: author

# A date in the diary may change something: here a summit, after which the invader wants it a little less.
calendar:
  summit: {at: 2030-05-15, do: invader.resolve -= 0.1}

# How a run can end. The first that is true names it; `otherwise` catches the rest.
outcomes:
  occupation: {at_end: army >= invasion}
  withdrawal: {at_end: army <= home}
  stand_off: {otherwise: true}

# Numbers to record of each run.
metrics:
  days_invaded: {days: army >= invasion}
  first_invasion: {first: army >= invasion}

# What one side would do differently. Play one with:   sim run FILE --policy silence
policies:
  silence: {by: west, without: tripwire}

# What a reader may turn, and the range in which it makes sense. Turn one with:   sim run FILE -s tripwire.believed=0.9
levers:
  tripwire.believed: [0 %, 100 %]

# What you would be surprised not to see. `sim validate FILE --expect` looks at it over 4,000 runs.
expect:
  - P(occupation) between 0.005 and 0.6
"""


def starter_text(name: str) -> str:
    """The starting scenario under a name of its own, made fit to be one: letters, digits, `-` and `_`."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-") or "scenario"
    return _STARTER.replace("NAME", plain)
