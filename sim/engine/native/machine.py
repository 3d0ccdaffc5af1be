"""From assembly to machine code that can be called, through LLVM; kept on the disk, so that it is made once.

What is kept is the object file of a text of assembly, under the digest of that text, of LLVM's version and of the
processor. It is written aside and renamed, so that processes which start at once do not trip over each other, and it
carries its own digest, so that a torn file is made again. Addresses are never kept.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from sim.engine.native.kernel import LIBRARY

DIGEST_BYTES = 16
OPTIMISED = 2
"""LLVM's level for code generation and for passes over the assembly."""

_lock = Lock()
_loaded: dict[str, Machine] = {}


@dataclass(frozen=True, slots=True)
class Machine:
    """Machine code in memory. The engine is LLVM's; the address is good as long as it lives."""

    engine: Any
    play: Callable[[int, int, int, int, int], int]  # state, data, image, first, count -> runs done
    was_made: bool  # rather than found on the disk


def machine_of(text: str, *, cache: Path | None) -> Machine:
    """The machine code of a text of assembly, made only if it is not there yet.

    Parameters
    ----------
    cache
        The folder for object files; nothing is kept if None.
    """
    name = _name_of(text)
    with _lock:
        if name not in _loaded:
            kept = None if cache is None else _read(cache / name)
            made = kept if kept is not None else _object_code(text)
            if kept is None and cache is not None:
                _write(cache / name, made)
            _loaded[name] = _load(made, was_made=kept is None)
        return _loaded[name]


def forget() -> None:
    """Forget what is in memory, so that a test or a benchmark begins as a new process does."""
    with _lock:
        _loaded.clear()


# ------------------------------------------------------------------------------------------------ LLVM


@cache
def _initialise() -> None:
    """LLVM learns of this processor, and of the C library, once."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    library = _c_library()
    for name in LIBRARY:
        address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
        assert address is not None
        llvm.add_symbol(f"libm_{name}", address)


def _target() -> Any:
    """LLVM's picture of this processor. Whoever is handed one owns it: an engine that ends takes its own along."""
    import llvmlite.binding as llvm

    _initialise()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=OPTIMISED,
        reloc="pic", codemodel="jitdefault",
    )  # fmt: skip


def _c_library() -> ctypes.CDLL:
    """The C library whose exp and log this very Python calls."""
    return ctypes.CDLL(None) if os.name == "posix" else ctypes.CDLL("ucrtbase")


def _object_code(text: str) -> bytes:
    """The object file of a text of assembly."""
    import llvmlite.binding as llvm

    target = _target()
    module = llvm.parse_assembly(text)
    tuning = llvm.create_pipeline_tuning_options(speed_level=OPTIMISED)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(target, tuning)
    builder.getModulePassManager().run(module, builder)
    return bytes(target.emit_object(module))


def _load(code: bytes, *, was_made: bool) -> Machine:
    """Object code, linked into this process."""
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    return Machine(engine, kind(engine.get_function_address("play")), was_made)


# ------------------------------------------------------------------------------------------------ the disk


@cache
def _maker() -> str:
    """What decides, besides the text, which machine code comes of it."""
    import llvmlite
    import llvmlite.binding as llvm

    version = ".".join(map(str, llvm.llvm_version_info))
    return f"{llvmlite.__version__} {version} {OPTIMISED} {llvm.get_default_triple()} " + (
        f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    )


def _name_of(text: str) -> str:
    return blake2b(f"{_maker()}\n{text}".encode(), digest_size=DIGEST_BYTES).hexdigest() + ".o"


def _read(path: Path) -> bytes | None:
    """The object code in a file; None if there is none, or it is torn."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    digest, code = kept[:DIGEST_BYTES], kept[DIGEST_BYTES:]
    return code if digest == blake2b(code, digest_size=DIGEST_BYTES).digest() else None


def _write(path: Path, code: bytes) -> None:
    """Keep object code; where nothing can be kept, nothing is."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(blake2b(code, digest_size=DIGEST_BYTES).digest() + code)
        os.replace(aside, path)
