"""What an optional extra is needed for is not looked through where it is missing."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = ["sim/seminar/app.py", "sim/seminar/entrance.py"] if find_spec("starlette") is None else []
