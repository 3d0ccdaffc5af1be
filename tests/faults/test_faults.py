"""Every kind of fault and warning has a file, and the text that `sim validate` prints about it.

`make golden` writes the texts anew; their difference is read like code.
"""

from pathlib import Path

import pytest

from sim.cli.group import code_of

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def told(name: str, capsys) -> tuple[int, str]:
    """Exit code and printed text of `sim validate NAME.yaml`, run in the folder of the files."""
    code = code_of(["validate", "--no-color", f"{name}.yaml"])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_told_in_these_words(name, monkeypatch, capsys, rewrite):
    """`sim validate` says where, what and how to mend it, and ends with 2; for warnings alone with 0."""
    monkeypatch.chdir(FOLDER)
    code, text = told(name, capsys)
    expected = FOLDER / f"{name}.txt"
    if rewrite:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    warned_only = name.startswith("lint_") or ("warning: " in text and "can be played" in text)
    assert code == (0 if warned_only else 2)


def test_every_file_has_its_text():
    """No file without a text, no text without a file."""
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_has_a_place_in_the_file(name, monkeypatch):
    """No complaint leaves the reader to search: each names a line of the file, and columns that the line has."""
    from sim import api

    monkeypatch.chdir(FOLDER)
    faults = api.validate(f"{name}.yaml").faults
    assert faults
    for fault in faults:
        assert fault.place is not None, fault
        lines = Path(fault.place.file).read_bytes().decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        assert 1 <= fault.place.line <= max(len(lines), 1)
        assert 1 <= fault.place.column <= len(fault.place.text) + 1
