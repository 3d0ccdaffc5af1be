"""The functions of `scipy.special` that numbers here rest on, without what else its package imports.

The package serves other array libraries too, and for them imports all of numpy, its Fortran compiler included: a tenth
of a second, which is as long as a scenario takes to read. The functions themselves are in one compiled module of it.
"""

from __future__ import annotations

import importlib
import sys
import threading
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

NEEDED = (
    "ndtr",
    "ndtri",
    "expit",
    "logit",
    "betainc",
    "betaincinv",
    "gammainc",
    "gammaincinv",
    "bdtr",
    "stdtrit",
)
PACKAGE, COMPILED = "scipy.special", "scipy.special._ufuncs"

_importing = threading.Lock()


@cache
def special() -> Any:
    """The module that holds `NEEDED`: scipy's compiled one if that can be had alone, else `scipy.special` itself."""
    with _importing:
        alone = _compiled_alone() if PACKAGE not in sys.modules else None
    if alone is not None and all(hasattr(alone, name) for name in NEEDED):
        return alone
    return importlib.import_module(PACKAGE)


def _compiled_alone() -> ModuleType | None:
    """The compiled module, imported while an empty package stands where `scipy.special` would be; None if it fails."""
    import scipy

    stand_in = ModuleType(PACKAGE)
    stand_in.__path__ = [str(Path(scipy.__file__).parent / "special")]
    sys.modules[PACKAGE] = stand_in
    try:
        return importlib.import_module(COMPILED)
    except (ImportError, AttributeError):
        return None
    finally:
        del sys.modules[PACKAGE]  # whoever asks for the package gets the whole of it
