# The two commands: `make run` starts everything, `make test` runs the tests. `make help` lists the others.

PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run activity test chaos check lock bench acceptance clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## Start the hub with all that it needs, and the sandbox of Workglue
	@$(PYTHON) tools/venv.py requirements.txt
	@exec $(PY) -m hub all

activity: ## Let the office of the running sandbox make changes, so that recipes have something to do
	@$(PYTHON) tools/venv.py requirements.txt
	@exec $(PY) -m sandbox activity --database var/sandbox.db --every 5s

test: ## Run all tests (those without Redis, PostgreSQL or Chromium on this machine are skipped, and say so)
	@$(PYTHON) tools/venv.py requirements-test.txt
	@$(PY) -m pytest -q -n 2 --dist loadfile tests

chaos: ## Break everything around the hub while it works, for about CHAOS_SECONDS=300; CHAOS_RUNS=1000 adds 1,000 runs
	@$(PYTHON) tools/venv.py requirements-test.txt
	@CHAOS_SECONDS=$${CHAOS_SECONDS:-300} $(PY) -m pytest -q -s -m chaos tests/chaos

check: ## Everything that CI runs: format, lint, types, architecture, docs, tests
	@$(PYTHON) tools/venv.py requirements-test.txt
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m hub test
	@$(MAKE) --no-print-directory test

lock: ## Compile requirements.in and requirements-test.in into files with hashes (needs uv)
	uv pip compile -q --no-header --universal --generate-hashes -p 3.11 requirements.in -o requirements.txt
	uv pip compile -q --no-header --universal --generate-hashes -p 3.11 requirements-test.in -o requirements-test.txt

bench: ## Measure, side by side in one run
	@$(PYTHON) tools/venv.py requirements-test.txt
	@$(PY) -m bench

clean: ## Delete what the hub keeps on this machine: history, sandbox, keys
	rm -rf var
