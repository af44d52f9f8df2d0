# Two commands matter: `make demo` and `make test`. Each sets up all it needs, in .venv, from Python 3.11+ and pip.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OFFICIAL := .venv-official
OFFICIAL_READY := $(OFFICIAL)/.ready
# The release whose surface we serve, and against which the tests compare.
OFFICIAL_SDK := upstox-python-sdk==2.30.0

# The tests of a file stay together, so that a file's fixtures are made once. One worker more than cores: some only wait.
WORKERS := -n $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadfile --no-loadscope-reorder

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start a hundred programs: each would compile both packages again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check lint types pyright mypy rooms unit coverage format bench clean

help:
	@echo "make demo    watch the client log in, read the account and survive faults, at an Upstox on this machine"
	@echo "make test    everything that must hold: lint, types, rooms, tests, coverage"
	@echo "make bench   the client beside the official one, as ratios"
	@echo "make format  put the code into shape"
	@echo "make clean   remove what the others made"

demo: $(READY)
	@$(BIN)/python examples/first_light.py

# The checks run side by side; the tests then have the machine for themselves.
test:
	@$(MAKE) --jobs=2 --output-sync --no-print-directory check $(OFFICIAL_READY)
	@$(MAKE) --no-print-directory coverage

check: lint pyright mypy rooms

types: pyright mypy

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

pyright: $(READY)
	$(BIN)/basedpyright

mypy: $(READY)
	$(BIN)/mypy

rooms: $(READY)
	$(BIN)/lint-imports

unit: $(READY) $(OFFICIAL_READY)
	$(BIN)/python -m pytest $(WORKERS)

coverage: $(READY) $(OFFICIAL_READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(WORKERS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) $(OFFICIAL_READY)
	$(BIN)/python benchmarks/rest.py
	$(BIN)/python benchmarks/feed.py
	$(BIN)/python benchmarks/feed_server.py
	$(BIN)/python benchmarks/emulator.py
	$(BIN)/python benchmarks/instruments.py

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %s; try: make PYTHON=python3.11" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); $(PYTHON) -m pip install --quiet --user virtualenv && $(PYTHON) -m virtualenv --quiet $(VENV); }
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --no-compile --editable '.[all]' --group dev
	@touch $@

$(OFFICIAL_READY): $(READY)
	@echo "Installing the official SDK into $(OFFICIAL), to compare with ..."
	@test -x $(OFFICIAL)/bin/python || $(BIN)/python -m venv $(OFFICIAL)
	@$(OFFICIAL)/bin/python -m pip install --quiet --no-compile '$(OFFICIAL_SDK)'
	@touch $@

clean:
	rm -rf $(VENV) $(OFFICIAL) .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
