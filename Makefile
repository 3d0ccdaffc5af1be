# Everything sets itself up: Python 3.11 or newer with pip and venv, and make, are all that must be there.
#   make run      play the Ukraine crisis of spring 2014: table, stored study, pictures
#   make test     the tests: fixed seeds, no optional extras
#   make help     the rest

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXTRAS ?= benchmarks,browser,cluster,diagrams,discovery,frames,notebooks,seminar
RUNS ?= 4000
INSTALLED := $(VENV)/.installed
DEVELOPS := $(VENV)/.develops
RECIPES := $(sort $(wildcard plots/*.py))

.PHONY: run test test-all browser check gallery notebooks golden benchmark format help clean
.DELETE_ON_ERROR:

run: $(INSTALLED)  ## play the Ukraine crisis of spring 2014: table, stored study, pictures
	$(BIN)/sim run ukraine-2014 -n $(RUNS)

test: $(DEVELOPS)  ## all tests but the long ones, with fixed seeds, without optional extras
	$(BIN)/python -m pytest -q

test-all: $(VENV)/.everything  ## also the long tests and the optional extras, with a fresh seed (printed)
	TEST_SEED=$$($(BIN)/python -c 'import secrets; print(secrets.randbits(63))') \
	  $(BIN)/python -m pytest -q -m "" --hypothesis-profile=fresh

browser: $(VENV)/.browses  ## a class of real browsers plays a seminar; needs Debian's package chromium
	$(BIN)/python -m pytest -q -m "(browser or extra) and not soak" --durations=8 tests/seminar

check: $(DEVELOPS)  ## format, lint, types, floors, generated tables
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_floors.py
	$(BIN)/python -m docs.tables --check

format: $(DEVELOPS)  ## put the code into house format
	$(BIN)/ruff check -q --fix-only .
	$(BIN)/ruff format -q .

gallery: $(INSTALLED)  ## draw every picture of plots/ afresh
	rm -rf results/gallery  # a stored study is known by its scenario, not by the code that played it
	for recipe in $(RECIPES); do echo $$recipe; $(BIN)/python $$recipe || exit 1; done

notebooks: $(DEVELOPS)  ## carry the notebooks of examples/ out and keep what they show, to be reviewed like code
	$(BIN)/python -m examples.execute

golden: $(DEVELOPS)  ## write the golden trajectories and fault sentences anew, to be reviewed like code
	$(BIN)/python -m pytest -q --rewrite tests/golden $(wildcard tests/faults)

benchmark: $(VENV)/.races  ## the engines beside the same model written by hand; seconds to answer of the commands
	for script in $(sort $(wildcard benchmarks/*.py)); do echo $$script; $(BIN)/python $$script || exit 1; done

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | sort | expand -t 12

clean:  ## remove what can be made again; studies in results/ stay
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp is younger than pyproject.toml when what it asks for is installed, so that a second call starts at once.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e .
	touch $@

$(DEVELOPS): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e ".[dev]"
	touch $@ $(INSTALLED)

$(VENV)/.browses: pyproject.toml | $(DEVELOPS)
	$(BIN)/python -m pip install -q -e ".[dev,seminar,browser]"
	touch $@ $(DEVELOPS) $(INSTALLED)

$(VENV)/.races: pyproject.toml | $(DEVELOPS)
	$(BIN)/python -m pip install -q -e ".[dev,benchmarks]"
	touch $@ $(DEVELOPS) $(INSTALLED)

$(VENV)/.everything: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e ".[dev,$(EXTRAS)]"
	touch $@ $(DEVELOPS) $(INSTALLED)
