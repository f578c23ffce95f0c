# Every target prepares what it needs. Only Python 3.11+ (with pip and venv) and make have to be there.
# Another interpreter: make PYTHON=python3.12 test

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

COMMA := ,

# The tests start many processes; with the compiled code kept, each starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo tour serve test check fix docs contracts screenshots bench storm fuzz pins clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: .venv/demo ## Open the playground in the browser: a made-up world, no account needed
	@$(BIN)/callwarden demo

tour: .venv/demo ## Play the same story in the terminal
	@$(BIN)/callwarden demo --tour

serve: .venv/ready ## Run the bot on this machine (web and scheduler, SQLite)
	@$(BIN)/callwarden serve

test: .venv/ready ## Run every test and hold the coverage floors
	@rm -rf .coverage
	@$(BIN)/pytest -q -n auto --dist loadscope --no-loadscope-reorder -p tests.reach.counting
	@$(BIN)/python -m tests.reach

check: .venv/ready ## Check format, lint and types; change nothing
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

fix: .venv/ready ## Format, and repair what the linter can repair
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: .venv/ready ## Draw anew what the documents show of the bot
	@$(BIN)/python -m tests.scenarios.draw

contracts: .venv/ready ## List the vendors' operations in use, by which word in Slack
	@$(BIN)/python -m tests.contracts

screenshots: .venv/ready ## Photograph the playground (needs chromium and chromium-driver)
	@$(BIN)/python -m tests.playground.screenshots

bench: .venv/ready ## Measure speed against floors of the same run
	@$(BIN)/python -m tests.bench

storm: .venv/ready ## Kill, freeze and mislead the bot for a minute per database, then count
	@$(BIN)/python -m tests.storm

fuzz: .venv/ready ## Post 10,000 made-up requests to each door, and print what became of them
	@$(BIN)/pytest -q tests/doors --hypothesis-profile=thorough --no-header

pins: ## Renew constraints.txt with the newest versions pyproject.toml allows
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	pip="$$fresh/bin/python -m pip --disable-pip-version-check" && \
	$(PYTHON) -m venv "$$fresh" && \
	$$pip -qq install --upgrade setuptools && \
	$$pip -qq install --no-build-isolation -e '.[demo,test]' && \
	{ grep '^#' constraints.txt; $$pip freeze --all --exclude-editable --exclude pip; } \
		> "$$fresh/constraints.txt" && \
	cp "$$fresh/constraints.txt" constraints.txt

clean: ## Remove the environment and everything generated
	@rm -rf .venv build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

# The pinned setuptools goes in first and builds without isolation, so that the build is pinned too.
# The demo needs far less than the tests, and should not have to wait for them.
.venv/demo .venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@echo 'Preparing .venv; this takes up to a minute, once.'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[$(if $(filter .venv/demo,$@),demo,demo$(COMMA)test)]'
	@touch $@
