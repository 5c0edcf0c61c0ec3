# make run: open the program. Needs Python 3.11 or newer and make; everything else is set up in .venv.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
SOURCES := dockertui tests bench screenshots

.PHONY: help run test check format screenshots readme bench clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | sort | expand -t 14

run: $(STAMP) ## open dockertui, on the demo Engine if there is no other; options: make run ARGS="--demo"
	@$(BIN)/dockertui --or-demo $(ARGS)

test: $(DEV_STAMP) ## run every test this machine can run, two at a time
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV_STAMP) ## formatter, linter, type checker, layer rule
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_layers.py

format: $(DEV_STAMP) ## format the sources
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

screenshots: $(DEV_STAMP) ## make screenshots/ anew, of the demo Engine
	$(BIN)/python -m screenshots

readme: $(DEV_STAMP) ## write the tables of the README anew
	$(BIN)/python -m dockertui.operations.document README.md

bench: $(DEV_STAMP) ## measure; the results go to bench/results (needs root and dockerd)
	$(BIN)/python -m bench

clean: ## remove what was set up and built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python if it is not on the PATH" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV) …" >&2
	@$(INSTALL) --editable '.[native]' || $(INSTALL) --editable . # no wheel here: the pure-Python terminal serves
	@touch $@

$(DEV_STAMP): $(STAMP)
	@$(INSTALL) --editable '.[dev,native]'
	@touch $@
