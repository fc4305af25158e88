# The commands of everyday work; .ci/run calls the same ones. Needs make and Python 3.11 or later.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo check test docs bench format constraints hashes vendor sbom dist clean

help:  ## show these lines
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.dev  ## install Offramp and what its developers use into .venv

demo: $(VENV)/.runtime  ## put trilateral-talks to the test and write its report (minutes)
	$(BIN)/offramp run trilateral-talks --draws 256 --seed 1 --out offramp-results/trilateral-talks --force

check: $(VENV)/.dev  ## lint, format, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

test: $(VENV)/.dev  ## run the tests, the slow ones left out (TESTS="-m slow -n 0" runs those)
	$(BIN)/python -m tests.compiled
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(TESTS)

docs: $(VENV)/.dev  ## build the documentation into docs/_build/html
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.peers  ## time Offramp beside other programs into docs/reference/benchmarks.json
	$(BIN)/python -m benchmarks --save docs/reference/benchmarks.json

format: $(VENV)/.dev  ## put the code into the common format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what was built; .venv and results stay
	rm -rf build dist docs/_build docs/reference/gallery .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

constraints:  ## write constraints.txt and requirements/ anew from the newest versions that fit
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/python -m pip --disable-pip-version-check --quiet install ".[cluster,emulation,gpu,peers,dev]"
	{ sed -n '/^#/p' constraints.txt; build/constraints/bin/python -m pip freeze --exclude offramp; } > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/constraints
	$(MAKE) hashes

hashes:  ## write requirements/ anew: what constraints.txt names, with the hashes of its files
	$(PYTHON) -m venv build/hashes
	build/hashes/bin/python -m pip --disable-pip-version-check --quiet install uv==0.13.9
	build/hashes/bin/uv pip compile $(HASHED) --output-file requirements/runtime.txt pyproject.toml
	build/hashes/bin/uv pip compile $(HASHED) --extra dev --output-file requirements/dev.txt pyproject.toml
	rm -rf build/hashes

HASHED := --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
    --no-emit-find-links --custom-compile-command "make hashes" --python-version 3.11 \
    --constraint constraints.txt

vendor:  ## build the files of others that the page in a browser serves (needs node)
	cd vendor && npm ci --ignore-scripts --no-audit --no-fund && node build.mjs

sbom:  ## list what Offramp is made of, with hashes, in build/offramp.cdx.json (CycloneDX)
	$(PYTHON) -m venv build/sbom
	build/sbom/bin/python -m pip --disable-pip-version-check --quiet install cyclonedx-bom==7.5.0
	build/sbom/bin/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml \
	    --mc-type application --output-reproducible --output-file build/offramp.cdx.json
	rm -rf build/sbom
	@echo "build/offramp.cdx.json"

dist: $(VENV)/.dev  ## build wheel and source of a release into dist, without a network
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist

# Each stamp is made once, and again when what it depends on changes.

$(VENV)/.created:
	@for candidate in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
	    if command -v $$candidate >/dev/null 2>&1 && \
	       $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "Offramp needs Python 3.11 or later; $(PYTHON) here is: $$($(PYTHON) --version 2>&1)." >&2; \
	    echo "Install a newer one, or name one: make setup PYTHON=python3.12" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make virtual environments: its venv module is missing." >&2; \
	    echo "On Debian and Ubuntu it is the package python3-venv." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$found"; \
	$$found -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.created pyproject.toml requirements/runtime.txt
	@echo "Installing Offramp into $(VENV) (once; a minute or two)"
	@$(PIP) install --require-hashes --requirement requirements/runtime.txt
	@$(PIP) install --no-deps --editable .
	@echo "Compiling the solver (once; less than a minute)"
	@$(BIN)/offramp run border-standoff --draws 2 --seed 0 --json >/dev/null
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing the developers' tools into $(VENV) (once; a minute or two)"
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/.peers: $(VENV)/.dev
	@echo "Installing the programs that Offramp is compared with into $(VENV) (once; a few minutes)"
	@$(PIP) install --constraint constraints.txt --editable ".[peers]" || \
	    echo "Not all of them could be installed: their rows will say so."
	@$(PIP) install --constraint constraints.txt numpy cython setuptools wheel && \
	    $(PIP) install --constraint constraints.txt --no-build-isolation sgamesolver==1.0.2 || \
	    echo "sgamesolver could not be built (it needs a C compiler): its rows will say so."
	@touch $@
