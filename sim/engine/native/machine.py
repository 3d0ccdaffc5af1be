"""From assembly to machine code that can be called, through LLVM; kept on the disk, so that it is made once.

There are two qualities: `QUICK` is there in a few hundredths of a second, `OPTIMISED` takes five to ten times as
long to make and some six tenths as long to play. Both give the same bits, for LLVM may not reorder real arithmetic.
`native.code` decides which is worth its while.

What is kept is the object file of a text of assembly, under the digest of that text, the quality, LLVM's version and
the processor. It is written aside and renamed, so that processes which start at once do not trip over each other, and
it carries its own digest, so that a torn file is made again. Addresses are never kept.

    python -P sim/engine/native/machine.py TEXT TARGET

optimises the text in one file into another, and ends when its standard input does: that is how it is done beside the
playing. So this file imports nothing of the simulator, which need not be where Python looks for it, and nothing from
the folder in which the command was given.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

QUICK, OPTIMISED = 0, 1
"""How well machine code is made; these are LLVM's levels of code generation."""

SMALL = 20_000
"""Assembly of no more lines is worth LLVM's whole pipeline of passes; for more, a few passes do nearly as well."""

LIBRARY = {"exp": 1, "log": 1, "pow": 2}
"""Functions of the C library that are called, and how many numbers they take."""

DIGEST_BYTES = 16

MOST_KEPT = 500_000_000
PRUNED_BELOW = "1"
"""Bytes of object files at most; looked at when one of every sixteen names is written."""

_lock, _lock_of_linker, _numbers = threading.Lock(), threading.Lock(), count()
_loaded: WeakValueDictionary[str, Machine] = WeakValueDictionary()  # as long as somebody plays it


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Machine:
    """Machine code in memory. The library is LLVM's; the address is good as long as it lives."""

    library: Any
    play: Callable[[int, int, int, int, int], int]  # state, data, image, first, count -> runs done
    level: int
    was_made: bool  # just now, rather than found


def machine_of(text: str, level: int, *, cache: Path | None) -> Machine:
    """The machine code of a text of assembly, made only if it is not there yet.

    Parameters
    ----------
    cache
        The folder for object files; nothing is kept if None.
    """
    found = find_machine(text, level, cache=cache)
    if found is not None:
        return found
    made = object_code(text, level)
    name = name_of(text, level)
    if cache is not None:
        keep(cache / name, made)
    return _enter(name, made, level, was_made=True)


def find_machine(text: str, level: int, *, cache: Path | None) -> Machine | None:
    """The machine code of a text of assembly if it is in memory or on the disk."""
    name = name_of(text, level)
    with _lock:
        machine = _loaded.get(name)
    if machine is not None or cache is None:
        return machine
    kept = read(cache / name)
    return None if kept is None else _enter(name, kept, level, was_made=False)


def _enter(name: str, code: bytes, level: int, *, was_made: bool) -> Machine:
    """Machine code as it is from now on in memory."""
    with _lock:
        machine = _loaded.get(name)
        if machine is None:
            machine = _loaded[name] = load(code, level, was_made=was_made)
        return machine


# ------------------------------------------------------------------------------------------------ LLVM


def object_code(text: str, level: int) -> bytes:
    """The object file of a text of assembly."""
    import llvmlite.binding as llvm

    target = _target(level)
    module = llvm.parse_assembly(text)
    if level != QUICK:
        tuning = llvm.create_pipeline_tuning_options(speed_level=1)
        builder = llvm.create_pass_builder(target, tuning)
        if text.count("\n") <= SMALL:
            passes = builder.getModulePassManager()
        else:
            passes = llvm.create_new_module_pass_manager()
            passes.add_always_inliner_pass()
            passes.add_sroa_pass()
            passes.add_simplify_cfg_pass()
        passes.run(module, builder)
    return bytes(target.emit_object(module))


def load(code: bytes, level: int, *, was_made: bool) -> Machine:
    """Object code, linked into this process."""
    import llvmlite.binding as llvm

    linking = llvm.JITLibraryBuilder().add_object_img(code).export_symbol("play")
    for name, address in _library().items():
        linking.import_symbol(f"libm_{name}", address)
    with _lock_of_linker:
        library = linking.link(_linker(), f"program{next(_numbers)}")
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    return Machine(library, kind(library["play"]), level, was_made)


@cache
def _linker() -> Any:
    """LLVM's linker, one for the process; it lays the sections of a library side by side."""
    import llvmlite.binding as llvm

    _prepare()
    return llvm.create_lljit_compiler(use_jit_link=True)


def _target(level: int) -> Any:
    """LLVM's picture of this processor."""
    import llvmlite.binding as llvm

    _prepare()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_features(), opt=level,
        reloc="pic", codemodel="small",
    )  # fmt: skip


def _features() -> str:
    """What this processor can do, as LLVM says it; nothing where LLVM cannot tell."""
    import llvmlite.binding as llvm

    try:
        return str(llvm.get_host_cpu_features().flatten())
    except RuntimeError:
        return ""


@cache
def _prepare() -> None:
    """Make LLVM ready."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@cache
def _library() -> dict[str, int]:
    """Where the C library's functions are: those that this very Python calls."""
    library = ctypes.CDLL(None) if os.name == "posix" else ctypes.CDLL("ucrtbase")
    found = {name: ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in LIBRARY}
    return {name: address for name, address in found.items() if address is not None}


# ------------------------------------------------------------------------------------------------ the disk


@cache
def _maker() -> str:
    """What decides, besides the text, which machine code comes of it."""
    import llvmlite
    import llvmlite.binding as llvm

    version = ".".join(map(str, llvm.llvm_version_info))
    return f"{llvmlite.__version__} {version} sealed {SMALL} {llvm.get_default_triple()} " + (
        f"{llvm.get_host_cpu_name()} {_features()}"
    )


def name_of(text: str, level: int) -> str:
    """The name of the object file of a text."""
    return blake2b(f"{_maker()} {level}\n{text}".encode(), digest_size=DIGEST_BYTES).hexdigest() + ".o"


def _seal(path: Path, code: bytes) -> bytes:
    """A digest of object code and of the name it is kept under, so that a file under another name is not taken."""
    return blake2b(path.name.encode() + b"\n" + code, digest_size=DIGEST_BYTES).digest()


def read(path: Path) -> bytes | None:
    """The object code in a file; None if there is none, it is torn, or somebody else may have put it there."""
    try:
        with path.open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid not in (os.getuid(), 0):
                return None
            kept = file.read()
    except OSError:
        return None
    digest, code = kept[:DIGEST_BYTES], kept[DIGEST_BYTES:]
    return code if digest == _seal(path, code) else None


def keep(path: Path, code: bytes) -> None:
    """Keep object code; where nothing can be kept, nothing is."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            aside.write_bytes(_seal(path, code) + code)
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        if path.name < PRUNED_BELOW:
            prune(path.parent)


def can_keep(folder: Path) -> bool:
    """Whether anything can be kept in a folder, which is made if need be."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.access(folder, os.W_OK)
    return False


def prune(folder: Path, *, most: int = MOST_KEPT) -> None:
    """Remove the oldest files if all of them take more bytes than that, until they take half; half written ones too."""
    with suppress(OSError):
        files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("*.o*"))
        size = sum(each for _, each, _ in files)
        if size > most:
            for _, each, file in files:
                file.unlink(missing_ok=True)
                size -= each
                if size <= most // 2:
                    return


# ------------------------------------------------------------------------------------------------ beside the playing


def _end_with_parent() -> None:
    """Standard input ends when the process that holds its other end does, however that ends."""
    sys.stdin.buffer.read()
    os._exit(1)


def main(text: str, target: str) -> None:
    """Optimise the assembly in a file into an object file, as a process that stands back behind all others."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(AttributeError, OSError):
        os.nice(10)
    keep(Path(target), object_code(Path(text).read_text(), OPTIMISED))


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
