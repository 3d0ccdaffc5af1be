"""A small game full of secrets, for tests of what a seat sees."""

from __future__ import annotations

SPIES = """
scenario: spies
question: What do they know of each other?
start: 2030-01-01
horizon: 60 days
parameters:
  east_resolve: {uniform: {low: 0.2, high: 0.8}}
  true_troops: {uniform: {low: 20_000, high: 60_000}}
actors:
  east: {resolve: east_resolve, home: {support: 60 %}, nerve: 0.5}
  west: {home: {support: 50 %}, armed: {flag: true, start: false}}
  south: {}
quantities:
  mood: {start: 0.5}
  cell: {flag: true, start: false}
  dams: {flag: true, start: false}
agents:
  army:
    posture: {actor: east, against: west}
    military: false
    pace: 2 days
    rungs: {home: {troops: 10_000}, massed: {troops: true_troops}, attack: {troops: 90_000}}
    start: massed
    choices:
      march:
        asks: Does the army march?
        every: 7 days
        options:
          stay: {says: Stay where it is, usual: 80 %}
          up: {says: One rung further, usual: 10 %, do: order army up}
          down: {says: One rung back, usual: 10 %, do: order army down}
perception:
  west:
    sees: {army.troops: {estimate: 40_000, error: 20 %, delay: 2 days}}
    believes: {east.resolve: 0.5}
  south:
    sees: {army: {delay: 3 days}}
threats:
  wall: {by: west, to: east, says: A wall, when: army >= attack, hurts: 0.5, believed: 40 %, kept: 100 %}
offers:
  relief:
    {by: west, to: east, channel: private, leaks: LEAKS, start: unsaid, says: Early relief, when: army <= home,
     helps: 0.2, believed: 50 %, kept: 100 %}
choices:
  ops:
    actor: east
    asks: And in the dark?
    every: 7 days
    options:
      none: {says: Nothing, usual: 80 %}
      plant: {says: Plant a cell, usual: 10 %, channel: secret, leaks: LEAKS, do: [cell = true, nerve += 0.1]}
      shout: {says: Shout, usual: 10 %, do: mood += 0.1}
  notes:
    actor: west
    every: 7 days
    options:
      wait: {usual: 80 %}
      assure: {says: Assure them, usual: 10 %, if: not relief.standing, channel: private, leaks: LEAKS, do: make relief}
      warn: {says: Warn them, usual: 10 %, do: mood -= 0.1}
  dry:
    actor: south
    at: [2030-01-10, 2030-02-20]
    times: 1
    options:
      leave: {usual: 50 %}
      dam: {says: Build a dam, if: mood > 0, usual: 50 %, do: dams = true}
triggers:
  ready: {when: cell, do: east.nerve += 0.1, says: The cell is ready}
  after: {on: ops.plant, do: east.nerve += 0.01, says: Somebody was planted}
  gossip: {when: mood >= 0.6, says: People talk}
  rumour: {at: 2030-01-05, says: "Their resolve is {east.resolve}, they say"}
  seen: {when: ops.plant.public, do: mood -= 0.2, says: The cell is found}
seats:
  east: {aims: [win], knows: [army], decides: [march, ops]}
  west: {aims: [last], knows: [army], decides: [notes]}
  south: {aims: [rain], knows: [mood], decides: [dry]}
injects:
  storm: {says: A storm, do: mood -= 0.1}
  letter: {says: A letter, to: west}
outcomes:
  attacked: {when: army >= attack, for: 90 days}
  quiet: {otherwise: true}
metrics:
  highest: {max: army}
"""

SEALED = SPIES.replace("LEAKS", "0")
"""Nothing ever comes out."""

LEAKY = SPIES.replace("LEAKS", "99.9 % within 3 days")
"""Everything comes out within days."""
