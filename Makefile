# The commands of this checkout. `make help` lists them.

python := .venv/bin/python

.PHONY: help setup run test bench messages migration format

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Set up all that running and testing need
	@.ci/setup test

run: ## Set up what is missing and start the server with demo data: make run port=8001
	@.ci/setup run
	@.venv/bin/huiji run $(if $(port),--port $(port))

test: setup ## Check everything: style, types, imports, all tests on both databases, browsers
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/pytest -n 3 --dist worksteal

bench: setup ## Measure a completion beside the floor, on both databases
	@$(python) -m benchmarks

messages: setup ## Bring the message catalogues up to date with the code and the templates
	@.ci/messages update

migration: setup ## Write the migration to today's models: make migration title="Add the seals"
	@$(python) .ci/migration "$(title)"

format: setup ## Format the code and repair what the linter can repair
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
