"""With CI set and the extras asked for, a test or a file that is skipped is a failure."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.seminar.strict import hold


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped."""
    report = yield
    hold(report, item.config.option.markexpr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that is skipped as a whole, for something that it needs is not there."""
    report = yield
    hold(report, collector.config.option.markexpr)
    return report
