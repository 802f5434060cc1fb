# Two commands on a fresh machine: `make demo` and `make test`. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := schemas feed replay benchmarks deploy tests

# What is compiled is compiled when it is used, and kept, also where the machine would not: tests start programs by the
# hundred.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

demo: .venv/ready ## Run the service and play a final, then small Games, into it
	$(BIN)/feed demo

up: .venv/ready ## Run the service
	$(BIN)/feed up

cluster: .venv/ready ## Start three NATS servers here, or those that were killed (deploy/cluster)
	$(BIN)/python deploy/cluster/cluster.py start

# Three at a time, then those that look at a clock, alone; with ARGS just what they name.
test: .venv/dev ## Run all tests
ifdef ARGS
	$(BIN)/pytest $(ARGS)
else
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/pytest -m alone
endif

lint: .venv/dev ## Check style and types (architecture and published schemas are tests)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

compiled: .venv/dev # Each of those who test side by side would compile all of it; what is wrong, the tests tell
	@$(BIN)/pytest --collect-only -qq > /dev/null 2>&1 || true

format: .venv/dev ## Rewrite the sources in the house style
	$(BIN)/ruff check --fix --exit-zero $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

schemas: .venv/dev ## Write schemas/published anew
	$(BIN)/python -m schemas

bench: .venv/dev ## Measure the service beside the floors of its parts: a page with plots in build/benchmarks
	$(BIN)/python -m benchmarks --out build/benchmarks

lock: .venv/dev ## Pin all packages anew (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -c requirements.lock -q -o requirements-dev.lock

clean: ## Remove everything that was made
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/ready requirements-dev.lock
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: help demo up cluster test lint compiled format schemas bench lock clean
