"""A suite that is left out in silence would say that all is well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seminar.strict import hold, is_strict

LEFT_OUT = {
    "test_one.py": "import pytest\n\ndef test_it():\n    pytest.skip('no network')\n",
    "test_all.py": "import pytest\n\npytest.importorskip('no_such_module')\n",
}


def test_what_is_left_out_fails_where_changes_are_taken_in(tmp_path: Path, house: Path) -> None:
    """With CI set a test that is skipped fails, and so does a file; each says why it was to be skipped."""
    hooks = (house / "tests" / "seminar" / "conftest.py").read_text(encoding="utf-8")
    for name, text in {**LEFT_OUT, "conftest.py": hooks, "pytest.ini": "[pytest]\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "."]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONPATH": str(house), "CI": "1"})  # fmt: skip
    assert "1 failed, 1 error" in done.stdout, done.stdout
    assert "no network" in done.stdout
    assert "no_such_module" in done.stdout


def test_elsewhere_what_is_missing_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CI, where extras are not asked for, and for an expected failure, skipped stays skipped."""
    monkeypatch.delenv("CI", raising=False)
    assert not is_strict("not soak")
    monkeypatch.setenv("CI", "1")
    assert is_strict("not soak")
    assert not is_strict("not soak and not extra and not browser")
    report = pytest.TestReport("t", ("t", 1, "t"), {}, "skipped", "expected", "call")
    report.wasxfail = "it is known"
    hold(report, "not soak")
    assert report.outcome == "skipped"
