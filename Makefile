# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .venv-sam
PIP := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-corpus check format golden build validate clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## install everything into .venv

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.13 setup"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) -e '.[dev]'
	@touch $@

$(SAM_VENV)/.ready:
	$(PYTHON) -m venv $(SAM_VENV)
	$(SAM_VENV)/bin/python $(PIP) 'aws-sam-cli>=1.150,<2'
	@touch $@

demo: $(VENV)/.ready  ## render and lint the colour app, and show what the macro adds
	@./examples/demo.sh $(BIN)/appmesh-inject

test: $(VENV)/.ready  ## run the tests
	$(BIN)/pytest -n auto

test-corpus: $(VENV)/.ready  ## run the macro over public templates, in ../shared/corpus or CORPUS=FOLDER
	$(BIN)/pytest -q -n auto tests/corpus

check: $(VENV)/.ready  ## format check, lint, types
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy

format: $(VENV)/.ready  ## format the code
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix src tests

golden: $(VENV)/.ready  ## rewrite the expectations of the golden cases: read the difference
	$(BIN)/pytest -q tests/golden tests/test_readme.py --update-golden

validate: $(SAM_VENV)/.ready  ## sam validate --lint
	$(SAM_VENV)/bin/sam validate

build: $(SAM_VENV)/.ready  ## sam build
	$(SAM_VENV)/bin/sam build

clean:  ## remove what was built and installed
	rm -rf $(VENV) $(SAM_VENV) .aws-sam dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
