"""Where views and pages come from."""

from __future__ import annotations

from sim.api import view as view
from sim.seminar.pages.render import regions as regions
from sim.seminar.pages.render import render as render
