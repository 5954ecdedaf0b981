# SPDX-License-Identifier: Apache-2.0
# Every target sets itself up. Set-up goes into the active conda environment, unless that is `base` or PYTHON is given;
# otherwise into a virtual environment in this folder. Works with GNU make 3.81 and newer.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ifneq ($(PYTHON),)
VENV ?= .venv-$(notdir $(PYTHON))
else ifneq ($(filter-out base,$(CONDA_DEFAULT_ENV)),)
CONDA := $(CONDA_PREFIX)
endif
VENV ?= .venv
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10)

# make splits the names of targets at spaces. The checkout and a conda environment may have some: neither is such a name.
$(if $(word 2,$(PYTHON)),$(error PYTHON=$(PYTHON) has a space in it; next: give it as a link without one))
$(if $(word 2,$(VENV)),$(error VENV=$(VENV) has a space in it; next: choose a folder without one))

ifdef CONDA
BIN := $(CONDA)/bin
STAMPS := .cache/conda-$(shell printf %s "$(CONDA)" | cksum | cut -d " " -f 1)
else
BIN := $(VENV)/bin
STAMPS := $(VENV)/set-up
endif
RUN := "$(BIN)/python"
PIP := $(RUN) -m pip -qq --disable-pip-version-check
HAS_COMPILER := $(RUN) -c "import sys; from helpers.compiler import main; sys.exit(main())"
# The tests of one file share what they compile, so a file stays with one process.
SIDE_BY_SIDE := -n auto --maxprocesses=8 --dist loadfile
BUILD_SIMULATOR := $(RUN) -c "from helpers.build import build_simulator; build_simulator()"
SET_UP := $(STAMPS)/test $(if $(TORCH),$(STAMPS)/torch) $(if $(ZIGLANG),$(STAMPS)/ziglang)

# A stamp holds for one folder, since an editable install points into it, and while its Python still starts.
ifneq ($(shell cat $(STAMPS)/test 2>/dev/null && $(RUN) -c "" 2>/dev/null && echo starts),$(CURDIR) starts)
$(STAMPS)/test: anew
endif

.PHONY: help verify test lab bench notebooks clean anew

help: ## this list (default)
	@awk -F ': |## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$NF }' Makefile
	@echo "PYTHON=python3.12 sets up with that Python; TORCH=1 adds PyTorch for test and bench (several GB on Linux)"
	@echo "ZIGLANG=1 adds a C++ compiler; where qemu-aarch64 is installed too, test then runs a smoke set on aarch64"

verify: $(SET_UP) ## run the kernel over its matrix of cases and judge every result; report under out/
	@$(RUN) -m helpers sweep --out out

test: $(SET_UP) ## check style, run all tests and compare all notebooks with their stored outputs
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check . || { echo "next: $(BIN)/ruff format ." >&2; exit 1; }
	@find kernel host helpers tests \( -name '*.h' -o -name '*.cpp' \) \
	    -exec "$(BIN)/clang-format" --dry-run -Werror {} +
	@$(RUN) -m pytest $(SIDE_BY_SIDE)
	@$(RUN) -m pytest $(SIDE_BY_SIDE) --nbval --nbval-current-env --nbval-cell-timeout=120 notebooks

lab: $(SET_UP) ## open JupyterLab at notebooks/00_start_here.ipynb, on this machine only
	@$(RUN) -m jupyterlab --ip=127.0.0.1 --ServerApp.root_dir="$(CURDIR)" notebooks/00_start_here.ipynb

bench: $(SET_UP) ## measure builds, launches and throughput; JSON to the terminal
	@$(RUN) -m helpers bench

notebooks: $(SET_UP) ## run all notebooks again and store their outputs
	@$(RUN) -m helpers notebooks

clean: ## remove everything make made, virtual environments included
	@rm -rf out .cache .venv* ./*.egg-info .hypothesis .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------------------------------

anew:

# A stamp is written when all else is done: an interrupted set-up starts again, on whatever is already there.
$(STAMPS)/test: pyproject.toml
ifdef CONDA
	@echo "setting up in the conda environment $(CONDA_DEFAULT_ENV)"
else
	@$(find_python); \
	echo "setting up $(VENV), which takes about a minute"; \
	if ! { $(RUN) -c "$(in_range)" && $(RUN) -m pip --version; } >/dev/null 2>&1; then \
	    "$$python" -m venv --clear "$(VENV)"; \
	fi
endif
	@$(PIP) install -e ".[test]"
	@why=$$($(HAS_COMPILER) 2>&1); found=$$?; \
	if [ $$found = 3 ]; then \
	    echo "no g++ or clang++ works here: adding the compiler in the package ziglang," \
	        "whose first build takes a minute or two"; \
	    $(PIP) install -e ".[compiler]" && $(HAS_COMPILER); \
	else \
	    [ -z "$$why" ] || echo "$$why" >&2; exit $$found; \
	fi
	@$(BUILD_SIMULATOR)
	@mkdir -p $(STAMPS) && echo "$(CURDIR)" > $@

$(STAMPS)/torch: $(STAMPS)/test
	@echo "adding PyTorch"
	@$(PIP) install -e ".[torch]" && touch $@

$(STAMPS)/ziglang: $(STAMPS)/test
	@echo "adding the compiler in the package ziglang"
	@$(PIP) install -e ".[compiler]" && touch $@

in_range = import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

# Sets $python to the first of PYTHONS that is recent enough and can make virtual environments, or says what is missing.
define find_python
python=; seen=; \
for name in $(PYTHONS); do \
    if "$$name" -c "$(in_range)" >/dev/null 2>&1; then python=$$name; break; fi; \
    seen="$$seen $$("$$name" --version 2>/dev/null || echo "$$name (not found)"),"; \
done; \
if [ -z "$$python" ]; then \
    echo "set-up needs Python 3.10 to 3.13 with its modules venv and ensurepip; seen:$${seen%,}" >&2; \
    echo "next: install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13)" >&2; \
    echo "      and, if it has another name, say make PYTHON=<its name>" >&2; \
    exit 1; \
fi
endef
