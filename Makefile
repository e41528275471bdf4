# Set-up and checks. Needs python3 (3.11 or later), make and a network; `make help` lists the targets.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
DEMO ?= demo
PIN := $(BIN)/uv pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
PIP := $(BIN)/python -m pip install -qq
CHECKED := src tests bench

# Each stamp is made anew when a file before the bar is newer than it; otherwise a run starts at once.
FOUND := $(VENV)/.found
RUNS := $(VENV)/.runs
DEVELOPS := $(VENV)/.develops
BENCHES := $(VENV)/.benches

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check prove bench pages pin clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNS) ## make a small PET/CT study as DICOM files, measure it, say where the page is
	$(BIN)/petrial demo $(DEMO)

test: check ## every check and every ordinary test, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --durations=10

check: $(DEVELOPS) ## format, lint, types, contracts, dead code, dependencies; under a minute
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry src

prove: $(DEVELOPS) ## the slow evidence: full fuzzing, accuracy; writes its pages in docs
	$(BIN)/python -m pytest -m prove

bench: $(BENCHES) ## speed and memory beside other programs, into docs/benchmarks.md
	$(BIN)/python -m bench

pages: $(DEVELOPS) ## write the tables in docs that are made from the code anew
	$(BIN)/python tests/made_tables.py

pin: $(DEVELOPS) ## choose the versions of all dependencies anew, with hashes
	$(PIN) --upgrade --extra build --output-file requirements/run.txt
	$(PIN) --upgrade --extra build --extra develop --constraint requirements/run.txt \
	  --output-file requirements/develop.txt
	$(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"])' \
	  | tr " " "\n" | $(PIN:pyproject.toml=-) --upgrade --no-deps --output-file requirements/bench.txt

clean: ## remove the environment, caches and what demo made
	rm -rf $(VENV) $(DEMO) build dist .coverage* .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache

# The first fit interpreter; 3.11 to 3.13 before others, for these have ready-built wheels.
$(FOUND):
	@fit='import sys, venv, ensurepip; low, high = sys.argv[1:]; v = sys.version_info[1]; \
	sys.exit(not (sys.version_info[0] == 3 and int(low) <= v <= int(high)))'; \
	for high in 13 99; do \
	  for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$python" -c "$$fit" 11 $$high >/dev/null 2>&1; then \
	      echo "setting up $(VENV) with $$("$$python" --version)"; \
	      "$$python" -m venv --clear $(VENV) && touch $@ && exit 0; \
	      exit 1; \
	    fi; \
	  done; \
	done; \
	echo "petrial needs Python 3.11 or later with its venv module; found: \
	$$(python3 --version 2>/dev/null || echo none)." >&2; \
	echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name one:" >&2; \
	echo "make PYTHON=/path/to/python3.12 ..." >&2; \
	exit 1

$(RUNS): $(FOUND) requirements/run.txt pyproject.toml
	@echo "installing what petrial needs, about a minute"
	$(PIP) --require-hashes --requirement requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPS): $(RUNS) requirements/develop.txt
	@echo "installing what its checks need"
	$(PIP) --require-hashes --requirement requirements/develop.txt
	@touch $@

# Where one of the programs to compare with cannot be had, its rows say so.
$(BENCHES): $(DEVELOPS) requirements/bench.txt
	@echo "installing programs to compare with"
	-$(PIP) --no-deps --only-binary :all: --require-hashes --requirement requirements/bench.txt
	@touch $@
