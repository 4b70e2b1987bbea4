# Everything here needs only python3 (3.11 or newer) with venv; the rest goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
# The tests of what decides: everything of the engine but its long histories.
DECIDING := tests/core/merge tests/core/recurrence tests/core/sync tests/daemon/exchange/test_faults.py \
  tests/daemon/exchange/test_trouble.py $(foreach name,crashes crashes_of_series failures first simulation \
  simulation_of_series,--ignore tests/core/sync/test_$(name).py) --ignore tests/core/sync/simulation
MUTANTS := build/mutants

.PHONY: help demo test coverage mutants contract simulate kills lint lock bench clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# The lock holds hashes, so what is installed is what was tested, wherever it is downloaded from.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	touch $@

demo: $(READY) ## Try roomd on an Exchange of its own: the interface, or a guided tour without a terminal
	@$(BIN)/roomd demo

test: $(READY) ## Run every test
	$(BIN)/pytest

coverage: $(READY) ## See that every branch of what decides is tested
	$(BIN)/coverage run -m pytest -q $(DECIDING)
	$(BIN)/coverage report

mutants: $(READY) ## Break what decides, in every small way, and see which tests notice: takes ten minutes
	rm -rf $(MUTANTS) && mkdir -p $(MUTANTS)/src
	cp -r core/roomd_core daemon/roomd_daemon $(MUTANTS)/src
	cp -r tests pyproject.toml $(MUTANTS)
	cd $(MUTANTS) && ../../$(BIN)/mutmut run
	cd $(MUTANTS) && ../../$(BIN)/mutmut results

contract: $(READY) ## Hold any EWS endpoint to the lab's contract: make contract ENDPOINT=accounts.json
	$(BIN)/pytest tests/lab/contract --endpoint-file $(ENDPOINT)

simulate: $(READY) ## Live histories of the sync engine: make simulate SEEDS=100000 [JOBS=2], or one: make simulate SEED=7
	@cd tests && ../$(BIN)/python -m core.sync.simulation.runner $(if $(SEED),--seed $(SEED)) \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST)) $(if $(JOBS),--jobs $(JOBS))

kills: $(READY) ## Kill the daemon under load, again and again: make kills KILLS=100 [SEED=7]
	ROOMD_KILLS=$(or $(KILLS),20) ROOMD_KILL_SEED=$(or $(SEED),1) $(BIN)/pytest tests/system/test_kill.py -s

lint: $(READY) ## Check style, types and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

lock: $(READY) ## Choose the newest allowed versions anew and lock them
	$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-package roomd --no-header --no-annotate --output-file requirements.lock

bench: $(READY) ## Measure, each figure beside its peer in the same run
	$(BIN)/python bench/sync.py
	$(BIN)/python bench/lab_speed.py
	$(BIN)/python bench/freshness.py

clean: ## Remove the environment and everything made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
