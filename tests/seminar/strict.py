"""Where changes are taken in, nothing of the seminar's suite is left out unnoticed."""

from __future__ import annotations

import os
import re

import pytest


def is_strict(markexpr: str) -> bool:
    """Whether nothing may be skipped: where changes are taken in, once what the browser needs was to be installed.

    >>> is_strict("not soak and not extra and not browser")
    False
    """
    return bool(os.environ.get("CI")) and not re.search(r"\bnot (extra|browser)\b", markexpr)


def hold(report: pytest.TestReport | pytest.CollectReport, markexpr: str) -> None:
    """What was skipped has failed, with its own sentence; an expected failure is none of these."""
    if report.outcome != "skipped" or hasattr(report, "wasxfail") or not is_strict(markexpr):
        return
    says = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid} was left out, and CI is set: {says}"
