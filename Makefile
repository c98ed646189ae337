# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .venv-sam
RUNTIME_VENV := .venv-runtime
E2E_VENV := .venv-e2e
E2E_PYTHON ?=
FUZZ_VENV := .venv-fuzz
MUTATION_VENV := .venv-mutation
SECONDS ?= 60
MUTANTS ?= appmesh_inject.*
PIP := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz mutation test-corpus test-dataplane test-e2e check format golden build runtime validate clean

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

# What Lambda's own Python runtime has: its client, and boto3. The function's Python is 3.13; near enough will do.
$(RUNTIME_VENV)/.ready:
	$$(tests/e2e/python.sh 3.13 $(E2E_PYTHON) 2>/dev/null || echo $(PYTHON)) -m venv $(RUNTIME_VENV)
	$(RUNTIME_VENV)/bin/python $(PIP) 'awslambdaric>=4,<5' 'boto3>=1.40'
	@touch $@

# LocalEmu, a CloudFormation engine. Pinned: the tests name its gaps one by one.
$(E2E_VENV)/.ready:
	python="$$(tests/e2e/python.sh 3.12 $(E2E_PYTHON))" && "$$python" -m venv $(E2E_VENV)
	$(E2E_VENV)/bin/python $(PIP) localemu==1.3.2
	@touch $@

# Atheris has no wheels for some of the newest Pythons: FUZZ_PYTHON=python3.11 chooses another.
FUZZ_PYTHON ?= $(PYTHON)
$(FUZZ_VENV)/.ready: pyproject.toml
	$(FUZZ_PYTHON) -m venv $(FUZZ_VENV)
	$(FUZZ_VENV)/bin/python $(PIP) -e '.[dev,fuzz]' || { echo "atheris cannot be installed for $$($(FUZZ_PYTHON) --version): make FUZZ_PYTHON=python3.11 fuzz"; exit 1; }
	@touch $@

$(MUTATION_VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(MUTATION_VENV)
	$(MUTATION_VENV)/bin/python $(PIP) -e '.[dev,mutation]'
	@touch $@

demo: $(VENV)/.ready  ## render and lint the colour app, and show what the macro adds
	@./examples/demo.sh $(BIN)/appmesh-inject

test: $(VENV)/.ready  ## run the tests
	$(BIN)/pytest -n auto

fuzz: $(FUZZ_VENV)/.ready  ## look for events that the macro does not answer, for SECONDS=60
	@mkdir -p fuzz/corpus
	$(FUZZ_VENV)/bin/python fuzz/events.py fuzz/corpus -max_total_time=$(SECONDS) -print_final_stats=1 -verbosity=0

mutation: $(MUTATION_VENV)/.ready  ## change the code in small ways and see whether a test notices: MUTANTS='appmesh_inject.merge*'
	$(MUTATION_VENV)/bin/mutmut run "$(MUTANTS)"
	$(MUTATION_VENV)/bin/mutmut results

test-dataplane: $(VENV)/.ready  ## send traffic through real Envoys that run what is rendered; needs root
	@tests/dataplane/prepare.sh
	$(BIN)/pytest -q tests/dataplane

test-corpus: $(VENV)/.ready  ## run the macro over public templates, in ../shared/corpus or CORPUS=FOLDER
	$(BIN)/pytest -q -n auto tests/corpus

test-e2e: $(VENV)/.ready $(SAM_VENV)/.ready $(RUNTIME_VENV)/.ready $(E2E_VENV)/.ready  ## deploy the macro and the examples to a local CloudFormation
	$(BIN)/pytest -q tests/e2e

check: $(VENV)/.ready  ## format check, lint, types
	$(BIN)/ruff format --check src tests fuzz
	$(BIN)/ruff check src tests fuzz
	$(BIN)/mypy

format: $(VENV)/.ready  ## format the code
	$(BIN)/ruff format src tests fuzz
	$(BIN)/ruff check --fix src tests fuzz

golden: $(VENV)/.ready  ## rewrite the expectations of the golden cases: read the difference
	$(BIN)/pytest -q tests/golden tests/test_readme.py --update-golden

validate: $(SAM_VENV)/.ready  ## sam validate --lint
	$(SAM_VENV)/bin/sam validate

build: $(SAM_VENV)/.ready  ## sam build
	$(SAM_VENV)/bin/sam build

runtime: build $(RUNTIME_VENV)/.ready  ## what `appmesh-inject invoke --runtime` needs, instead of Docker

clean:  ## remove what was built and installed
	rm -rf fuzz/corpus fuzz/found mutants $(FUZZ_VENV) $(MUTATION_VENV) $(VENV) $(SAM_VENV) $(RUNTIME_VENV) $(E2E_VENV) .aws-sam dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
