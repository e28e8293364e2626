# make demo    sets everything up in .venv, then runs the main job on real photographs, offline
# make test    sets everything up, then runs the tests (ARGS="-k name" chooses some)
# make test PROCESSES=0      the same in one process, as a debugger wants it
# make lint    sets everything up, then ruff and mypy
# make docs    sets everything up, then writes the documentation as a site to site/
# .ci/run runs "make lint test"

.DEFAULT_GOAL := help
.PHONY: help install demo test lint docs format clean

# The first Python that starts and is new enough; "make PYTHON=/path/to/python3 install" chooses one.
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python3.12 python3.13 python,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $(name))))
BIN := .venv/bin
# Of tests; conftest.py says how many "auto" are.
PROCESSES ?= auto

help:
	@sed -n 's/^# make/make/p' Makefile

install: .venv/installed

# PIP_CONSTRAINT pins the build backend too, which "-c" does not; newer pip reads the second name.
.venv/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "headstart needs Python 3.11 or newer, and none was found."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
		$(BIN)/python -m pip install -c constraints.txt -e '.[dev]'
	@touch $@

demo: install
	$(BIN)/headstart demo

test: install
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/mkdocs build --strict

clean:
	rm -rf .venv site .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
