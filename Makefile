# Everything a user needs, in one word each. `make` alone lists the words.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RAW ?= data/raw
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.DEFAULT_GOAL := help
.PHONY: help report test coverage bench lab data definitions schema docs picture lint clean

help:  ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: $(VENV)/.report  ## run all regions and make the website
	$(BIN)/clusterkit report --all

test: $(VENV)/.test  ## run all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup tests clusterkit
	$(BIN)/python -m pytest notebooks  # one process: the cells of a notebook need each other

coverage: $(VENV)/.test  ## run all tests and tell which lines of the package none of them reaches
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 2 --dist loadgroup tests clusterkit
	$(BIN)/coverage run -m pytest notebooks
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(VENV)/.test  ## measure speed and memory (docs/benchmarks.md)
	$(BIN)/python -m bench.bench_reader
	$(BIN)/python -m bench.bench_mapping
	$(BIN)/python -m bench.bench_hidden
	$(BIN)/python -m bench.bench_scoreboard
	$(BIN)/python -m bench.bench_batch
	$(BIN)/python -m bench.bench_soak

lab: $(VENV)/.lab  ## open the notebooks in JupyterLab
	JUPYTER_PREFER_ENV_PATH=1 $(BIN)/jupyter lab notebooks

data: $(VENV)/.report  ## build the tables from raw files: make data RAW=folder
	$(BIN)/clusterkit data build --raw $(RAW)

definitions: $(VENV)/.report  ## derive clusters of divisions from data/processed (docs/definitions.md)
	$(BIN)/clusterkit definitions

schema: $(VENV)/.report  ## write params/schema.json anew
	$(BIN)/clusterkit params schema > params/schema.json.part && mv params/schema.json.part params/schema.json

docs: $(VENV)/.report  ## write the tables in docs/ anew: indicators, frameworks, rules, commands
	$(BIN)/python -m clusterkit.data.indicators.page > docs/indicators.md.part && mv docs/indicators.md.part docs/indicators.md
	$(BIN)/python -m clusterkit.scoreboard.page > docs/frameworks.md.part && mv docs/frameworks.md.part docs/frameworks.md
	$(BIN)/python -m clusterkit.stress_test.page > docs/stress-test-rules.md.part && mv docs/stress-test-rules.md.part docs/stress-test-rules.md
	$(BIN)/python -m clusterkit.commands.page > docs/commands.md.part && mv docs/commands.md.part docs/commands.md

picture: $(VENV)/.report  ## draw the picture of the README anew
	$(BIN)/python -m clusterkit.show.picture > docs/picture.svg.part && mv docs/picture.svg.part docs/picture.svg

lint: $(VENV)/.test  ## check style of code and notebooks, and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:  ## remove what was made here: environment, reports, caches
	rm -rf $(VENV) reports/_site reports/downloads reports/failed reports/search-index.js reports/*.ipynb reports/.work-* reports/.site-* reports/.quarto reports/.state reports/.lock reports/manifest.json
	rm -rf .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "clusterkit needs Python 3.11 to 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "  fix:   name another one, for instance: make report PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.report: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) '.[test]'
	@touch $@

$(VENV)/.lab: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) '.[lab]'
	@# else JupyterLab saves by itself what was only tried, and the pages are made of changed notebooks;
	@# and a choice in the controls would change what a running cell works with
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/docmanager-extension:plugin": {"autosave": false}, "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"}}' > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@
