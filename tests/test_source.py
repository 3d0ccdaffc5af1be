"""Reading YAML: every value is the text that stands in the file and knows its place; nothing is lost in silence."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError, Text
from sim.scenario import source
from sim.scenario.source import Items, Section, compose, read_document


def leaves(value):
    """Every text in a document, keys included."""
    if isinstance(value, Section):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, Items):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


SAMPLE = """\
scenario: sample
title: 'quoted: yes'
list: [no, "a b", 010, {deep: 1e3}]
block:
  folded: >
    two
    lines
  half: 0.5   # a comment
"""


def test_every_value_stands_where_its_place_says():
    """The line of a place, from its column on, begins with the value (behind its quote, if it has one)."""
    for leaf in leaves(compose(SAMPLE, "sample.yaml").data):
        assert isinstance(leaf, Text)
        assert leaf.place is not None
        line = SAMPLE.split("\n")[leaf.place.line - 1]
        assert leaf.place.text == line
        rest = line[leaf.place.column - 1 :]
        assert rest.startswith(leaf) if leaf.style == "" else rest.startswith(leaf.style)


def test_words_stay_what_they_are():
    """`no` is no truth, `010` no 8, `1e3` a number as written: values stay text until their kind is known."""
    data = compose(SAMPLE, "sample.yaml").data
    assert data["list"] == ["no", "a b", "010", {"deep": "1e3"}]
    assert [leaf.style for leaf in data["list"][:3]] == ["", '"', ""]


def escaped(text):
    """A text as YAML's double quotes hold it, every character as its number."""
    return "".join("\\" + f"U{ord(sign):08x}" for sign in text)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(st.characters(codec="utf-8"), max_size=30))
)
def test_quoted_text_comes_back_as_it_was(values):
    """Whatever a double-quoted scalar holds, escaped as YAML asks, is read as that text."""
    quoted = "".join(f'{key}: "{escaped(text)}"\n' for key, text in values.items())
    assert compose(f"first-key: x\n{quoted}", "x.yaml").data == {"first-key": "x", **values}


def test_an_alias_stands_for_what_it_names():
    """Aliases and `<<` are written out; a block's own keys win over those it takes in."""
    data = compose("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\n", "x.yaml").data
    assert data["b"] == {"x": "1", "y": "2"}
    assert data["c"] == {"x": "1", "y": "3"}


def test_aliases_cannot_explode():
    """A file of a few lines that would stand for a billion values is refused at once."""
    lines = ["a0: &a0 [" + ", ".join(["x"] * 9) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    with pytest.raises(ScenarioError, match="more than 20,000 values"):
        compose("\n".join(lines), "x.yaml")


def test_merges_cannot_explode():
    """What `<<` takes in is counted as what it stands for."""
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: x" for n in range(200)) + "}"]
    lines += [f"a{n}: &a{n} {{m{n}: 1, <<: [" + ", ".join([f"*a{n - 1}"] * 9) + "]}" for n in range(1, 12)]
    with pytest.raises(ScenarioError, match="more than 20,000 values"):
        compose("\n".join(lines), "x.yaml")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_is_bounded(opening):
    """A hundred thousand open brackets are a sentence, not a crash."""
    with pytest.raises(ScenarioError):
        compose(opening * 100_000, "x.yaml")


def test_a_file_of_a_million_bytes_is_too_large(tmp_path):
    """A file beyond the limit is not even read."""
    file = tmp_path / "large.yaml"
    file.write_bytes(b"# " + b"x" * source.LARGEST_FILE)
    with pytest.raises(ScenarioError, match="1,000,000 is the limit"):
        read_document(file)


def test_a_missing_file_is_a_sentence(tmp_path):
    """What cannot be opened is said, with the system's reason."""
    with pytest.raises(ScenarioError, match="cannot be read: no such file"):
        read_document(tmp_path / "none.yaml")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_one(ending):
    """Places count the same lines whatever ends them."""
    data = compose(SAMPLE.replace("\n", ending), "sample.yaml").data
    assert data["block"]["half"].place.line == 8
    assert data["block"]["half"].place.column == 9


def test_a_byte_order_mark_is_taken_off(tmp_path):
    """Files of editors that write one read like others, columns included."""
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbfscenario: x\n")
    (key,) = read_document(file).data
    assert key == "scenario"
    assert key.place.column == 1


def test_without_libyaml_the_same_is_read(monkeypatch):
    """PyYAML's own parser gives the same values at the same places."""
    import yaml

    by_library = list(leaves(compose(SAMPLE, "sample.yaml").data))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    by_python = list(leaves(compose(SAMPLE, "sample.yaml").data))
    assert [(leaf, leaf.place, leaf.style) for leaf in by_library] == [
        (leaf, leaf.place, leaf.style) for leaf in by_python
    ]


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("a: {value: max(0, x)}", "max(0, x)"),
        ("a: {value: max(0, min(x, y)), b: 1}", "max(0, min(x, y))"),
        ("a: [clamp(x, 0, 1), y]", "clamp(x, 0, 1)"),
        ("a: {value: 1 + max(0, x) * 2, b: 1}", "1 + max(0, x) * 2"),
        ("a: {value: max(0, x) + min(1, y)}", "max(0, x) + min(1, y)"),
    ],
)
def test_torn_text_is_one_fault_that_shows_the_whole(torn, whole):
    """A formula that its comma tore in braces or brackets is told once, with the text to quote."""
    (fault,) = compose(f"scenario: x\n{torn}\n", "x.yaml").faults
    assert fault.says == f"the comma tore `{whole}` apart"
    assert fault.remedy == f'quote it: `"{whole}"`'


def test_a_text_survives_pickling():
    """Values cross to worker processes with their places."""
    text = compose(SAMPLE, "sample.yaml").data["title"]
    assert pickle.loads(pickle.dumps(text)).place == text.place
