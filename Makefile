# One entry for everything. `make` alone lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where torch is taken from, for machines that would otherwise get its CUDA build:
#   make run TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Not compiled in advance: most of what torch and transformers bring is never imported, and compiling it takes minutes.
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-compile -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
# Tests run side by side: one more at a time than there are cores, because many of them wait for processes.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
HOST ?=
PORT ?=

.DEFAULT_GOAL := help
.PHONY: help run test node-clients check format bench torture screenshots openapi clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/installed ## install, ingest the bundled articles on the first start, and serve (HOST=, PORT=)
	@$(BIN)/dateline serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: $(VENV)/installed-test node-clients ## install what tests need, check everything, run all tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n $(WORKERS)

# The JavaScript clients that tests drive; where npm or its registry is missing those tests are skipped.
node-clients:
	@if [ tests/node/node_modules/.package-lock.json -nt tests/node/package-lock.json ]; then :; \
	elif command -v npm >/dev/null && npm ping --fetch-timeout=5000 --fetch-retries=0 >/dev/null 2>&1; then \
		npm ci --prefix tests/node --no-audit --no-fund --silent || echo "The JavaScript clients could not be installed; their tests are skipped."; \
	else echo "No npm, or no way to its registry: the tests of the JavaScript clients are skipped."; fi

check: $(VENV)/installed-test ## style, types and import directions only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/installed-test ## put the code in its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/installed-test ## measure ingest and search (DATA=FOLDER, PEERS=PYTHON of the other frameworks, REPORT=FILE.md)
	@$(BIN)/dateline bench $(DATA) $(if $(PEERS),--peers $(PEERS)) $(if $(REPORT),--report $(REPORT))

torture: $(VENV)/installed-test ## the long fault tests: hundreds of kills, damaged files, full disks
	@$(BIN)/python -m pytest -m torture -p no:timeout

screenshots: $(VENV)/installed-test ## pictures of the pages into docs/images (those of the README, and state-*.png to look at)
	@$(BIN)/python -m pytest tests/test_pictures.py -m browser --screenshots docs/images

openapi: $(VENV)/installed ## write docs/openapi.json anew after a change of the API
	@$(BIN)/python -m api.openapi docs/openapi.json

clean: ## remove the virtual environment and caches (not the data folder)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: pyproject.toml constraints.txt
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Installing Dateline and its pinned dependencies; the first time takes a few minutes."
	@$(PIP_INSTALL) -q -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing what the tests need."
	@$(PIP_INSTALL) -q -e '.[test]'
	@touch $@
