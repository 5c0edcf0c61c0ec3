# make run: open the program. Needs Python 3.11 or newer and make; everything else is set up in .venv.

# The first Python that fits: 3.11 or newer, and able to make a virtual environment.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys, ensurepip, ssl, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --constraint constraints.txt
COMMA := ,
# $(call install,WHAT): on a terminal a line says what pip is at; of an error pip tells itself.
install = { { $(INSTALL) $(1); echo "ended $$?"; } | while read -r word name rest; do case $$word in \
	ended) [ ! -t 2 ] || printf '\r\033[K' >&2; exit $$name;; \
	Collecting|Building|Installing) [ ! -t 2 ] || printf '\r\033[K  %.70s' "$$word $${name%%;*}" >&2;; esac; done; }
SOURCES := dockertui tests bench screenshots .ci

.PHONY: help run test check format screenshots readme bench clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | sort | expand -t 14

run: $(STAMP) ## open dockertui, on the demo Engine if there is no other; options: make run ARGS="--demo"
	@$(BIN)/dockertui --or-demo $(ARGS)

test: $(DEV_STAMP) ## run every test this machine can run, four at a time: most of them wait
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

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

readme: $(DEV_STAMP) ## write anew what is made of the entries, in the README and docs/
	$(BIN)/python -m dockertui.operations.document .

bench: $(DEV_STAMP) ## measure, all of it into bench/results, or a subject: make bench ARGS=start (needs root and dockerd)
	$(BIN)/python -m bench $(ARGS)

clean: ## remove what was set up and built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer with its modules venv and ssl was found: install one (Debian," \
		"Ubuntu: apt install python3-venv), or name one: make run PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is too old: dockertui needs Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV), which takes about a minute …" >&2
	@$(call install,--editable '.[native]') || $(call install,--editable .) # no wheel here: the pure-Python terminal serves
	@touch $@

$(DEV_STAMP): $(STAMP)
	@$(call install,--editable '.[dev$(COMMA)native]')
	@touch $@
