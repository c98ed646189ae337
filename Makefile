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
CDK_VENV := .venv-cdk
LATEST_VENV := .venv-latest
LOCK_VENV := .venv-lock
SECONDS ?= 60
MUTANTS ?= appmesh_inject.*
PIP := -m pip install --quiet --disable-pip-version-check
# A lock is complete, so nothing is looked for beyond it; and nothing is built, with what the lock does not know.
LOCKED := $(PIP) --require-hashes --no-deps --only-binary :all: -r
OURSELVES := $(PIP) --no-deps --no-build-isolation -e .
# Fails with a sentence where the operating system lacks something.
NEAR_LAMBDAS := { tests/e2e/python.sh 3.14 $(E2E_PYTHON) || tests/e2e/python.sh 3.13 $(E2E_PYTHON); } 2>/dev/null
NEED := PYTHON=$(PYTHON) requirements/system.sh need
NPM_CI := ci --silent --no-audit --no-fund

.DEFAULT_GOAL := help
.PHONY: help system-packages setup demo docs lock lock-check release test test-cdk test-corpus test-dataplane test-docs test-e2e test-editor test-graph test-latest test-packaging fuzz mutation graph-assets check format golden build local local-stop runtime validate bench bench-quick bench-dataplane bench-dataplane-quick clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

system-packages:  ## install what the targets need of the operating system, and say what that is
	@PYTHON=$(PYTHON) requirements/system.sh install

setup: $(VENV)/.ready  ## install everything into .venv

# What a user installs. make demo needs no more.
$(VENV)/.user: pyproject.toml requirements/user.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.13 setup"; exit 1; }
	@$(NEED) setup venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(LOCKED) requirements/user.txt
	$(BIN)/python $(OURSELVES)
	@touch $@

$(VENV)/.ready: $(VENV)/.user requirements/test.txt
	$(BIN)/python $(LOCKED) requirements/test.txt
	@touch $@

$(SAM_VENV)/.ready: requirements/sam.txt
	$(PYTHON) -m venv $(SAM_VENV)
	$(SAM_VENV)/bin/python $(LOCKED) requirements/sam.txt
	@touch $@

# The function's Python is 3.14; near enough will do.
$(RUNTIME_VENV)/.ready: requirements/runtime.txt
	$$($(NEAR_LAMBDAS) || echo $(PYTHON)) -m venv $(RUNTIME_VENV)
	$(RUNTIME_VENV)/bin/python $(LOCKED) requirements/runtime.txt
	@touch $@

# Some of what LocalEmu needs is published as source alone, and built with the setuptools that is installed before.
$(E2E_VENV)/.ready: requirements/localemu.txt requirements/setuptools.txt
	python="$$(tests/e2e/python.sh 3.12 $(E2E_PYTHON))" && "$$python" -m venv $(E2E_VENV)
	@$(E2E_VENV)/bin/python -c 'import sys; sys.exit(sys.version_info >= (3, 14))' || { echo "LocalEmu runs on Python 3.12 and 3.13 alone: name one, E2E_PYTHON=/path/to/python3.13"; exit 1; }
	$(E2E_VENV)/bin/python $(LOCKED) requirements/setuptools.txt
	$(E2E_VENV)/bin/python $(PIP) --require-hashes --no-deps --no-build-isolation --use-pep517 -r requirements/localemu.txt
	@touch $@

# Atheris has no wheels for some of the newest Pythons: FUZZ_PYTHON=python3.11 chooses another.
FUZZ_PYTHON ?= $(PYTHON)
$(FUZZ_VENV)/.ready: pyproject.toml requirements/fuzz.txt
	$(FUZZ_PYTHON) -m venv $(FUZZ_VENV)
	$(FUZZ_VENV)/bin/python $(LOCKED) requirements/fuzz.txt || { echo "atheris cannot be installed for $$($(FUZZ_PYTHON) --version): make FUZZ_PYTHON=python3.11 fuzz"; exit 1; }
	$(FUZZ_VENV)/bin/python $(OURSELVES)
	@touch $@

$(MUTATION_VENV)/.ready: pyproject.toml requirements/mutation.txt
	$(PYTHON) -m venv $(MUTATION_VENV)
	$(MUTATION_VENV)/bin/python $(LOCKED) requirements/mutation.txt
	$(MUTATION_VENV)/bin/python $(OURSELVES)
	@touch $@

$(LOCK_VENV)/.ready: requirements/lock.txt
	@$(NEED) lock venv npm
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python $(LOCKED) requirements/lock.txt
	@touch $@

lock: $(LOCK_VENV)/.ready  ## renew what is installed: all, or PACKAGE=pyyaml alone
	$(LOCK_VENV)/bin/python requirements/lock.py $(if $(PACKAGE),--package '$(PACKAGE)')

lock-check: $(LOCK_VENV)/.ready  ## say whether the locks fit what pyproject.toml and package.json ask for
	@$(LOCK_VENV)/bin/python requirements/lock.py --check

demo: $(VENV)/.user  ## render and lint the colour app, and show what the macro adds
	@./examples/demo.sh $(BIN)/appmesh-inject

test: $(VENV)/.ready  ## run the tests
	$(BIN)/pytest -n auto

# Made anew each time: what is newest changes by the day.
test-latest:  ## run the tests on the newest of everything that pyproject.toml allows
	@$(NEED) test-latest venv
	rm -rf $(LATEST_VENV)
	$(PYTHON) -m venv $(LATEST_VENV)
	$(LATEST_VENV)/bin/python $(PIP) -e '.[dev]'
	$(LATEST_VENV)/bin/pytest -n auto

fuzz: $(FUZZ_VENV)/.ready  ## look for events that the macro does not answer, for SECONDS=60; RUNS=8000 tries that many, the same each time
	@mkdir -p fuzz/corpus
	PYTHONHASHSEED=0 $(FUZZ_VENV)/bin/python fuzz/events.py fuzz/corpus $(if $(RUNS),-runs=$(RUNS) -seed=1 -entropic=0,-max_total_time=$(SECONDS)) -print_final_stats=1 -verbosity=0

mutation: $(MUTATION_VENV)/.ready  ## change the code in small ways and see whether a test notices: MUTANTS='appmesh_inject.cfn.fragment_merge*'
	@set -f; $(MUTATION_VENV)/bin/python mutation/run.py $(MUTANTS)

test-dataplane: $(VENV)/.ready  ## send traffic through real Envoys that run what is rendered; needs root
	@tests/dataplane/prepare.sh test-dataplane
	$(BIN)/pytest -q tests/dataplane

test-corpus: $(VENV)/.ready  ## run the macro over public templates, in ../shared/corpus or CORPUS=FOLDER
	$(BIN)/pytest -q -n auto tests/corpus

docs: $(VENV)/.ready  ## build the pages of docs/ as a site in site/, and check its links
	$(BIN)/python -m tests.docs.site

test-docs: $(VENV)/.ready  ## build the site, and run every command and template on its pages
	$(BIN)/pytest -q -n auto tests/docs

test-e2e: $(VENV)/.ready $(SAM_VENV)/.ready $(RUNTIME_VENV)/.ready $(E2E_VENV)/.ready  ## deploy the macro and the examples to a local CloudFormation
	$(BIN)/pytest -q tests/e2e

test-graph: $(VENV)/.ready  ## click through the pages of `graph` and `exits` in a headless Chromium; SCREENSHOTS=FOLDER keeps pictures
	@$(NEED) test-graph chromium node npm
	npm --prefix web $(NPM_CI)
	$(BIN)/pytest -q tests/browser tests/graph/test_output.py $(if $(SCREENSHOTS),--screenshots '$(SCREENSHOTS)')

graph-assets:  ## bundle the front end of `graph` anew from web/; needs node
	@$(NEED) graph-assets node npm
	npm --prefix web $(NPM_CI)
	npm --prefix web run --silent lint
	npm --prefix web run --silent build

test-editor: $(VENV)/.ready .node/yaml/.ready  ## the schema in the real YAML language server; needs npm
	YAML_LANGUAGE_SERVER=$(CURDIR)/.node/yaml/node_modules/.bin/yaml-language-server $(BIN)/pytest tests/editor

release: $(VENV)/.ready validate  ## build wheel, source package, the function's package, its SBOM, notes and checksums from the last commit, into dist/
	$(BIN)/python release/build.py dist

test-packaging: $(VENV)/.ready $(SAM_VENV)/.ready $(LOCK_VENV)/.ready .node/python314/.ready  ## build a release twice, install each part of it on every Python that is found; check the locks
	PACKAGING=1 $(BIN)/pytest tests/packaging

test-cdk: $(VENV)/.ready $(CDK_VENV)/.ready .node/cdk/.ready  ## synthesize the CDK examples, and inject what comes out; needs node
	CDK_PYTHON=$(CURDIR)/$(CDK_VENV)/bin/python $(BIN)/pytest tests/cdk

.node/yaml/.ready: tests/editor/package.json tests/editor/package-lock.json
	@$(NEED) test-editor node npm
	mkdir -p .node/yaml
	cp $^ .node/yaml
	npm --prefix .node/yaml $(NPM_CI)
	@touch $@

.node/python314/.ready: tests/packaging/python314/package.json tests/packaging/python314/package-lock.json
	@$(NEED) test-packaging node npm
	mkdir -p .node/python314
	cp $^ .node/python314
	npm --prefix .node/python314 $(NPM_CI)
	@touch $@

.node/cdk/.ready: examples/cdk-typescript/package.json examples/cdk-typescript/package-lock.json
	@$(NEED) test-cdk node npm
	mkdir -p .node/cdk
	cp $^ .node/cdk
	npm --prefix .node/cdk $(NPM_CI)
	@touch $@

# jsii, which the CDK is made with, runs in node.
$(CDK_VENV)/.ready: requirements/cdk.txt
	@$(NEED) test-cdk node
	$(PYTHON) -m venv $(CDK_VENV)
	$(CDK_VENV)/bin/python $(LOCKED) requirements/cdk.txt
	@touch $@

check: $(VENV)/.ready  ## format check, lint, types
	$(BIN)/ruff format --check src tests bench fuzz mutation release requirements
	$(BIN)/ruff check src tests bench fuzz mutation release requirements
	$(BIN)/mypy

format: $(VENV)/.ready  ## format the code
	$(BIN)/ruff format src tests bench fuzz mutation release requirements
	$(BIN)/ruff check --fix src tests bench fuzz mutation release requirements

golden: $(VENV)/.ready  ## rewrite the expectations of the golden cases: read the difference
	$(BIN)/pytest -q tests/golden tests/mesh/test_golden.py tests/mesh/test_refusals.py tests/mesh/test_everything.py tests/settings/test_template_schema.py tests/reference tests/proxy/test_golden.py --update-golden

validate: $(SAM_VENV)/.ready  ## sam validate --lint
	$(SAM_VENV)/bin/sam validate

build: $(SAM_VENV)/.ready  ## sam build
	$(SAM_VENV)/bin/sam build

LOCAL := PYTHONPATH=src:. $(E2E_VENV)/bin/python -m tests.e2e.local

local: $(E2E_VENV)/.ready $(SAM_VENV)/.ready $(RUNTIME_VENV)/.ready  ## a local CloudFormation with the macro in it, to deploy stacks to
	@$(LOCAL) start

local-stop:  ## end it
	@test ! -x $(E2E_VENV)/bin/python || $(LOCAL) stop

runtime: build $(RUNTIME_VENV)/.ready  ## build what `python -m tests.lambda_runtime EVENT` calls: the function in Lambda's runtime, without Docker

# Lambda's Python, as in $(RUNTIME_VENV), if it is here.
$(BENCH_VENV)/.ready: pyproject.toml requirements/bench.txt
	$$($(NEAR_LAMBDAS) || echo $(PYTHON)) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python $(LOCKED) requirements/bench.txt
	$(BENCH_VENV)/bin/python $(OURSELVES)
	@touch $@

# Without them the results say so.
$(PEERS)/.ready: bench/peers/package.json bench/peers/package-lock.json
	-npm --prefix bench/peers $(NPM_CI) && touch $@

BENCH := $(BENCH_VENV)/bin/python -m bench --sam $(SAM_VENV) --runtime $(RUNTIME_VENV) --envoy $(VENV)

bench: $(VENV)/.ready $(BENCH_VENV)/.ready $(RUNTIME_VENV)/.ready $(SAM_VENV)/.ready $(PEERS)/.ready  ## measure: bench/results.md
	$(BENCH)

bench-quick: $(VENV)/.ready $(BENCH_VENV)/.ready $(RUNTIME_VENV)/.ready $(SAM_VENV)/.ready  ## show that the benchmark still runs
	$(BENCH) --quick

bench-dataplane: $(VENV)/.ready  ## measure the proxy, some minutes: bench/dataplane.md; needs root
	@tests/dataplane/prepare.sh bench-dataplane nginx h2load
	$(BIN)/python -m bench.dataplane

bench-dataplane-quick: $(VENV)/.ready  ## show that the measurement of the proxy still runs
	@tests/dataplane/prepare.sh bench-dataplane-quick nginx h2load
	$(BIN)/python -m bench.dataplane --quick

clean:  ## remove what was built and installed
	rm -rf $(VENV) $(SAM_VENV) $(RUNTIME_VENV) $(E2E_VENV) $(BENCH_VENV) $(FUZZ_VENV) $(MUTATION_VENV) $(CDK_VENV) $(LATEST_VENV) $(LOCK_VENV)
	rm -rf .node site .site .cache .local $(PEERS) .aws-sam dist fuzz/corpus fuzz/found mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
