# Two commands do everything: `make run` and `make test`. All others are listed by `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv || echo .tools/bin/uv)
comma := ,
EXTRAS := dev,postgres,mysql,redis,dask
export OMP_NUM_THREADS ?= 1

.PHONY: help run night serve test test-long check bench lab clean lock

help:            ## this list
	@grep -E '^[a-z-]+: .*##' Makefile | sed -E 's/:.*##/\t/'

run: $(VENV)/.installed   ## set up, run the night on the sample, open the dashboards
	@$(BIN)/optiflow nightly --resume
	@$(BIN)/optiflow serve

night: $(VENV)/.installed ## run the night again, whatever ran before
	@$(BIN)/optiflow nightly

lab: $(VENV)/.installed   ## open the notebooks in JupyterLab
	@$(BIN)/optiflow lab

# Two processes share out whole files, so that what a file makes for its tests is made once; those of long tests come first.
test: $(VENV)/.installed-dev check ## checks, then all short tests with coverage
	@sh .ci/tools
	env -u MAKEFLAGS -u MAKELEVEL $(BIN)/pytest -m "not long" --numprocesses=2 --dist=loadfile --no-loadscope-reorder \
	  --cov --cov-report=term:skip-covered --cov-fail-under=90

test-long: $(VENV)/.installed-dev ## the long runs: kills, thousands of visits
	@sh .ci/tools
	$(BIN)/pytest -m long

check: $(VENV)/.installed-dev ## format, lint, types and the layers' direction
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-bench ## the benchmarks beside their peers (docs/benchmarks.md)
	$(BIN)/python -m benchmarks

clean:           ## forget the environment and every run; models and the store stay
	rm -rf $(VENV) .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find runs -mindepth 1 ! -name README.md -delete

lock: $(UV)      ## resolve the newest versions into the lock files
	$(UV) pip compile -q --universal --upgrade --no-header --no-annotate pyproject.toml \
	  $(foreach extra,$(subst $(comma), ,$(EXTRAS)),--extra $(extra)) -o requirements.lock
	$(UV) pip compile -q --universal --upgrade --no-header --no-annotate -c requirements.lock pyproject.toml --extra bench -o requirements-bench.lock


# --- the environment ---------------------------------------------------------------------------

# Compiled once for all: the many processes of a night start in half the time, also where Python may not keep what
# it compiles (PYTHONDONTWRITEBYTECODE, a read-only folder).
INSTALL = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python

.tools/bin/uv:
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv

$(VENV)/bin/python: | $(UV)
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)

$(VENV)/.installed: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing the locked versions (once) ..."
	@$(INSTALL) -c requirements.lock -e .
	@$(BIN)/python -m compileall -q optiflow_lib
	@touch $@

$(VENV)/.installed-dev: pyproject.toml requirements.lock | $(VENV)/bin/python
	@$(INSTALL) -c requirements.lock -e '.[$(EXTRAS)]'
	@$(BIN)/python -m compileall -q optiflow_lib
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml requirements-bench.lock | $(VENV)/bin/python
	@$(INSTALL) -c requirements-bench.lock -e '.[bench]'
	@touch $@
