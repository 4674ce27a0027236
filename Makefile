# `make` shows what there is. Every target sets up what it needs: Python >= 3.11 is enough.
#   make run PYTHON=python3.12      picks another interpreter

PYTHON ?= python3
VENV   := .venv
READY  := $(VENV)/.ready
BIN    := $(VENV)/bin
QGRAPH := $(BIN)/qgraph

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint fix exports docs build bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: $(READY) ## Compile and validate the graph, answer a question, compute the rate, write exports/
	@echo "== Compile the tables in graph/ with the ontology"
	$(QGRAPH) build
	@echo "== Check the result against the shapes and the rules"
	$(QGRAPH) validate
	@echo "== How many measures were launched, and how many promoted nationwide?"
	$(QGRAPH) query --name measures-launched-and-promoted
	@echo "== At what rate, and how sure is that?"
	$(QGRAPH) diffusion rate --of place-qianhai-cooperation-zone
	@$(MAKE) --no-print-directory exports

test: $(READY) ## Run all tests, with coverage
	$(BIN)/python -m pytest --cov

check: lint test ## All that CI checks: format, lint, types, tests, coverage, fresh docs

lint: $(READY) ## Check format, style and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

fix: $(READY) ## Format code and tables, and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(QGRAPH) format graph

exports: $(READY) ## Write the sample exports of the bundled graph into exports/
	@echo "== Write the graph as a page, for Gephi, as Turtle and as N-Quads"
	@mkdir -p exports
	$(QGRAPH) export -o exports/qgraph.html
	$(QGRAPH) export -o exports/qgraph.gexf
	$(QGRAPH) export -o exports/qgraph.ttl
	$(QGRAPH) export -o exports/qgraph.nq
	@echo "Open exports/qgraph.html in a browser, exports/qgraph.gexf in Gephi."

docs: $(READY) ## Write docs/ anew: commands, glossary, batches, measures, sources
	$(BIN)/python docs/make_cli.py
	$(BIN)/python docs/make_pages.py

build: $(READY) ## Build the wheel and the sdist into dist/
	rm -rf build dist
	$(BIN)/python -m build

bench: $(READY) ## Measure what starting, comparing and inferring cost
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/duplicates.py
	$(BIN)/python benchmarks/netinf.py
	$(BIN)/python benchmarks/calibration.py

clean: ## Remove the virtual environment, caches and builds
	rm -rf $(VENV) build dist qgraph.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

# Made anew whenever the dependencies change. The stamp comes last: half a set-up is never used.
$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "qgraph needs Python 3.11 or newer, this is %s: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo "== Set up $(VENV) (once; takes a minute)"
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,parquet,stats]'
	@touch $(READY)
