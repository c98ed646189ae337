# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .venv-sam
RUNTIME_VENV := .venv-runtime
E2E_VENV := .venv-e2e
E2E_PYTHON ?=
BENCH_VENV := .venv-bench
PEERS := bench/peers/node_modules
FUZZ_VENV := .venv-fuzz
MUTATION_VENV := .venv-mutation
SECONDS ?= 60
MUTANTS ?= appmesh_inject.*
PIP := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo docs test test-cdk test-corpus test-dataplane test-docs test-e2e test-editor test-graph test-packaging fuzz mutation graph-assets check format golden build local local-stop runtime validate bench bench-quick clean

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
	@set -f; $(MUTATION_VENV)/bin/python mutation/run.py $(MUTANTS)

test-dataplane: $(VENV)/.ready  ## send traffic through real Envoys that run what is rendered; needs root
	@tests/dataplane/prepare.sh
	$(BIN)/pytest -q tests/dataplane

test-corpus: $(VENV)/.ready  ## run the macro over public templates, in ../shared/corpus or CORPUS=FOLDER
	$(BIN)/pytest -q -n auto tests/corpus

docs: $(VENV)/.ready  ## build the pages of docs/ as a site in site/, and check its links
	$(BIN)/python -m tests.docs.site

test-docs: $(VENV)/.ready  ## build the site, and run every command and template on its pages
	$(BIN)/pytest -q -n auto tests/docs

test-e2e: $(VENV)/.ready $(SAM_VENV)/.ready $(RUNTIME_VENV)/.ready $(E2E_VENV)/.ready  ## deploy the macro and the examples to a local CloudFormation
	$(BIN)/pytest -q tests/e2e

test-graph: $(VENV)/.ready  ## click through the page of `graph` in a headless Chromium; SCREENSHOTS=FOLDER keeps pictures
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }
	@$(WITH_NODE)
	npm --prefix web ci --silent --no-audit --no-fund
	$(BIN)/pytest -q tests/browser tests/graph/test_written.py $(if $(SCREENSHOTS),--screenshots '$(SCREENSHOTS)')

graph-assets:  ## bundle the front end of `graph` anew from web/; needs node
	npm --prefix web ci --silent --no-audit --no-fund
	npm --prefix web run --silent lint
	npm --prefix web run --silent build

test-editor: $(VENV)/.ready .node/yaml/.ready  ## the schema in the real YAML language server; needs npm
	YAML_LANGUAGE_SERVER=$(CURDIR)/.node/yaml/node_modules/.bin/yaml-language-server $(BIN)/pytest tests/editor

test-packaging: $(VENV)/.ready  ## build wheel and sdist, and install them on every Python that is found
	$(BIN)/python $(PIP) 'build>=1.2'
	PACKAGING=1 $(BIN)/pytest tests/packaging

test-cdk: $(VENV)/.ready .venv-cdk/.ready  ## synthesize the CDK example, and inject what comes out; needs node
	CDK_PYTHON=$(CURDIR)/.venv-cdk/bin/python $(BIN)/pytest tests/cdk

# jsii, which the CDK is made with, runs in node.
WITH_NODE := command -v node >/dev/null && command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm; }

.node/yaml/.ready:
	@$(WITH_NODE)
	npm install --prefix .node/yaml --no-audit --no-fund --loglevel=error 'yaml-language-server@^1.20'
	@touch $@

.venv-cdk/.ready: examples/cdk/requirements.txt
	@$(WITH_NODE)
	$(PYTHON) -m venv .venv-cdk
	.venv-cdk/bin/python $(PIP) -r examples/cdk/requirements.txt
	@touch $@

check: $(VENV)/.ready  ## format check, lint, types
	$(BIN)/ruff format --check src tests bench fuzz mutation
	$(BIN)/ruff check src tests bench fuzz mutation
	$(BIN)/mypy

format: $(VENV)/.ready  ## format the code
	$(BIN)/ruff format src tests bench fuzz mutation
	$(BIN)/ruff check --fix src tests bench fuzz mutation

golden: $(VENV)/.ready  ## rewrite the expectations of the golden cases: read the difference
	$(BIN)/pytest -q tests/golden tests/mesh/test_golden.py tests/mesh/test_refusals.py tests/mesh/test_everything.py tests/test_findings_page.py tests/test_template_schema.py tests/test_man_page.py tests/reference --update-golden

validate: $(SAM_VENV)/.ready  ## sam validate --lint
	$(SAM_VENV)/bin/sam validate

build: $(SAM_VENV)/.ready  ## sam build
	$(SAM_VENV)/bin/sam build

LOCAL := PYTHONPATH=src:. $(E2E_VENV)/bin/python -m tests.e2e.local

local: $(E2E_VENV)/.ready $(SAM_VENV)/.ready $(RUNTIME_VENV)/.ready  ## a local CloudFormation with the macro in it, to deploy stacks to
	@$(LOCAL) start

local-stop:  ## end it
	@test ! -x $(E2E_VENV)/bin/python || $(LOCAL) stop

runtime: build $(RUNTIME_VENV)/.ready  ## what `appmesh-inject invoke --runtime` needs, instead of Docker

# Lambda's Python, as in $(RUNTIME_VENV), if it is here.
$(BENCH_VENV)/.ready: pyproject.toml
	$$(tests/e2e/python.sh 3.13 $(E2E_PYTHON) 2>/dev/null || echo $(PYTHON)) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python $(PIP) -e '.[bench]'
	@touch $@

# Without them the results say so.
$(PEERS)/.ready: bench/peers/package.json
	-cd bench/peers && npm install --no-audit --no-fund --no-package-lock --loglevel=error && touch node_modules/.ready
	-$(BENCH_VENV)/bin/python $(PIP) 'aws-sam-translator>=1.110,<2'

BENCH := $(BENCH_VENV)/bin/python -m bench --sam $(SAM_VENV) --runtime $(RUNTIME_VENV)

bench: $(BENCH_VENV)/.ready $(RUNTIME_VENV)/.ready $(SAM_VENV)/.ready $(PEERS)/.ready  ## measure: bench/results.md
	$(BENCH)

bench-quick: $(BENCH_VENV)/.ready $(RUNTIME_VENV)/.ready $(SAM_VENV)/.ready  ## show that the benchmark still runs
	$(BENCH) --quick

clean:  ## remove what was built and installed
	rm -rf $(VENV) $(SAM_VENV) $(RUNTIME_VENV) $(E2E_VENV) $(BENCH_VENV) $(FUZZ_VENV) $(MUTATION_VENV) .venv-cdk
	rm -rf .node site .site .cache .local $(PEERS) .aws-sam dist fuzz/corpus fuzz/found mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
