# One command sets everything up: `make demo` plays, `make test` tests. Needs Python 3.11 or 3.12, nothing else.
# Another Python: make demo PYTHON=/path/to/python3.12

SUITABLE = -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'
PYTHON ?= $(shell for python in python3.12 python3.11 python3 python; do \
	if $$python $(SUITABLE) 2>/dev/null; then echo $$python; break; fi; done)
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
EXTRAS ?= test

.PHONY: help demo test lint clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/'

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed: install one, or say make PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.played: $(VENV)/.made pyproject.toml
	$(PIP) --editable .
	@touch $@

$(VENV)/.tested-$(EXTRAS): $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@ $(VENV)/.played

demo: $(VENV)/.played  ## set up, then play a tune with the band; writes demo.mid and demo.svg
	$(BIN)/improv demo

lint: $(VENV)/.tested-$(EXTRAS)  ## ruff, mypy --strict, the contracts between layers
	$(BIN)/ruff check bridge tests bench tools max_patches ableton
	$(BIN)/mypy
	$(BIN)/lint-imports

# Real components keep time by the wall: their tests run first, alone. Most tests of training need TensorFlow and a core
# of their own for some minutes: they run beside all others, behind them. A few are among the others, that neither half waits long.
REAL = $(wildcard tests/real)
WORKSHOP = $(wildcard $(addprefix tests/test_,training.py melody_training.py morph_training.py learner.py tuner.py \
	tuner_band.py evaluate.py))
PYTEST = $(BIN)/python -m pytest $(ARGS)

test: lint  ## set up, lint, then run the tests
	@$(PYTEST) $(REAL); real=$$?; \
	nice $(PYTEST) $(WORKSHOP) >$(VENV)/workshop.log 2>&1 & beside=$$!; \
	$(PYTEST) $(addprefix --ignore=,$(REAL) $(WORKSHOP)); first=$$?; \
	wait $$beside; second=$$?; cat $(VENV)/workshop.log; test $$real = 0 && test $$first = 0 && test $$second = 0

clean:  ## remove what make made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
