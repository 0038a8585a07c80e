# make demo   sets up and runs the bot against stand-ins of Slack and NetSuite on this machine
# make test   sets up and runs the gate: lint, import arrows, types, tests
# make soak   the fault cases in their full numbers          make bench   the benchmarks
# make install   the environment with the `tesorio` command  make lock    new pinned versions

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test types lint install soak bench lock
.DELETE_ON_ERROR:
# Without their bytecode every worker would compile all tests anew.
unexport PYTHONDONTWRITEBYTECODE
# What tests keep need not outlive them: in memory, where there is room, nothing waits for the disk.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 { print "/dev/shm" }')
test soak: export TMPDIR := $(or $(MEMORY),$(TMPDIR),/tmp)

demo: $(VENV)/.runtime
	@$(BIN)/tesorio demo

install: $(VENV)/.runtime
	@echo "Ready: $(BIN)/tesorio --help"

test: $(VENV)/.development
	@$(MAKE) --no-print-directory -j 2 types lint
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not soak"

types: $(VENV)/.development
	$(BIN)/mypy

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --config pyproject.toml
	@# Beside mypy, the tests are compiled: each worker would else do so for itself. What is wrong with them they say.
	@$(BIN)/pytest --collect-only -qq >/dev/null 2>&1 || true

soak: $(VENV)/.development
	$(BIN)/pytest -n 3 --dist loadfile -m soak --timeout 7200

bench: $(VENV)/.benchmarks
	$(BIN)/python -m benchmarks

lock: $(VENV)/.development
	$(BIN)/uv pip compile $(LOCK) --upgrade pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK) --upgrade pyproject.toml --group bench -c requirements.lock -o requirements-bench.lock

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; name it like this: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.created requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.benchmarks: $(VENV)/.development requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

ifeq ($(filter 3.8% 3.9% 4.% 5.%,$(MAKE_VERSION)),)
$(error GNU make 3.81 or newer is needed; this is $(MAKE_VERSION))
endif
