# make run: set up and start; make test: set up and check everything.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# uv installs the same locked files faster where it is at hand.
UV     := $(shell command -v uv 2>/dev/null)

.PHONY: run test lint bench-quality bench-speed bench-contenders clean

run: $(VENV)/.run
	@$(BIN)/xiaohaima serve --demo

test: lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "小海马需要 Python 3.11 或更高版本，当前是 $$($(PYTHON) --version 2>&1)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "建立虚拟环境失败：请先安装 python3-venv（apt-get install python3-venv）"; exit 1; }

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "正在安装依赖（首次约需一分钟）……"
	@$(if $(UV),UV_COMPILE_BYTECODE=1 $(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.lock,\
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock)
	@$(if $(UV),$(UV) pip install -q --python $(BIN)/python --no-deps -e .,\
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(if $(UV),UV_COMPILE_BYTECODE=1 $(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock,\
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock)
	@touch $@

# On the sets under ../shared/bench where they are at hand: a quarter of an hour.
bench-quality: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.quality
	@$(BIN)/python -m benchmarks.ablation

# Contenders that are not installed are left out with a line that says so: make bench-contenders.
bench-speed: $(VENV)/.dev
	@$(BIN)/python -W ignore -m benchmarks.speed
	@$(BIN)/python -m benchmarks.load
	@$(BIN)/python -m benchmarks.load --entries 0

bench-contenders: $(VENV)/.dev
	@$(BIN)/python -m pip install -q --disable-pip-version-check \
		bm25s==0.3.16 numba==0.68.1 tantivy==0.27.0

clean:
	rm -rf $(VENV)
