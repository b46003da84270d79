# The front door: each target is one command of report-builder in .venv, which is made first where it is missing.
REPORT ?= generative-models
EXTRA ?= $(if $(wildcard .venv/.installed-gpu),gpu,cpu)
# REPORT=lab2   PROFILE=full   SET="report.author=Ada Lovelace"   FORMATS=pdf,html   FIG=ae-grid   TASK=2.3   EXTRA=gpu   PYTHON=python3.12

SHELL := /bin/sh
.DEFAULT_GOAL := help
READY := .venv/.installed-$(EXTRA)
READY_LIGHT := $(firstword $(wildcard .venv/.installed-cpu .venv/.installed-gpu) .venv/.installed-base)
READY_DEV := .venv/.installed-dev
BIN := .venv/bin
CLI := $(BIN)/python -m report_builder
OPTIONS := $${PROFILE:+--profile "$$PROFILE"} $${SET:+--set "$$SET"}
SPREAD := -n auto --dist loadfile --no-loadscope-reorder # on every core; tests/conftest.py says what begins
export PYTHON REPORT PROFILE SET FORMATS FIG TASK NAME

.PHONY: help demo report watch figure task status check facts new schema doctor test test-slow lint format gallery docs benchmark lock cjk cluster peers install clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20
	@echo; sed -n 's/^# \(REPORT=.*\)/  Options: \1/p' Makefile

demo: $(READY_LIGHT) ## A small report in demo/, from results that come along: no TensorFlow, half a minute
	@$(CLI) demo

report: $(READY) ## The report: trains what is not stored, draws, writes PDF, HTML and Markdown
	@$(CLI) build "$$REPORT" $(OPTIONS) $${FORMATS:+--to "$$FORMATS"}

watch: $(READY) ## The report in the browser, anew whenever a file of it is saved
	@$(CLI) watch "$$REPORT" $(OPTIONS)

figure: $(READY) ## Redraws one figure: FIG=<id>
	@$(CLI) figure "$$FIG" --report "$$REPORT" $(OPTIONS)

task: $(READY) ## The figures of one task and a small PDF of it: TASK=2.3
	@$(CLI) task "$$TASK" --report "$$REPORT" $(OPTIONS)

status: $(READY) ## What is stored and what would run
	@$(CLI) status "$$REPORT" $(OPTIONS)

check: $(READY) ## Checks experiment file, template and claims
	@$(CLI) check "$$REPORT" $(OPTIONS)

facts: $(READY) ## What an answer can cite
	@$(CLI) facts "$$REPORT" $(OPTIONS)

new: $(READY) ## A new report: NAME=lab2
	@$(CLI) new "$$NAME"

schema: $(READY) ## The JSON Schema of experiment files, for editors
	@$(CLI) schema

doctor: $(READY) ## What is installed here, and what is missing
	@$(CLI) doctor

test: $(READY_DEV) ## The tests; those of programs that are not installed are left out
	@$(BIN)/python -m pytest -m 'not slow' -q $(SPREAD)

test-slow: $(READY_DEV) ## The slow tests
	@$(BIN)/python -m pytest -m slow -q $(SPREAD) || test $$? = 5 # none are marked

lint: $(READY_DEV) ## Style, format, types, the direction of the rooms
	@$(BIN)/python -m ruff check --quiet --output-format concise
	@$(BIN)/python -m ruff format --check --quiet
	@$(BIN)/python -m mypy
	@said=$$($(BIN)/lint-imports --no-cache --no-logo 2>&1) || { echo "$$said"; false; }

format: $(READY_DEV) ## Formats the code
	@$(BIN)/python -m ruff format --quiet
	@$(BIN)/python -m ruff check --quiet --fix

gallery: $(READY) ## Every kind of figure: builds experiments/gallery.yaml and renews docs/gallery.md
	@$(CLI) build gallery
	@$(BIN)/python docs/gallery.py

docs: .venv/.installed-docs ## The documentation as a site in build/site, whose links are checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo build/site/index.html

benchmark: $(READY) ## Speed and memory of builds that find everything stored
	@$(BIN)/python benchmarks/speed.py

lock: $(READY) ## Renews requirements/*.lock from pyproject.toml (needs the network)
	@$(BIN)/python requirements/lock.py

cjk: .venv/.installed-cjk ## Adds fonts with Chinese, Japanese and Korean letters (48 MB)

cluster: .venv/.installed-cluster ## Adds Dask, which brings trainings to other machines (39 MB)

peers: .venv/.installed-peers ## Adds other people's metrics, with which tests compare ours

install: $(READY) ## Only makes .venv; every other target does so too

clean: ## Removes build/, figures and caches; runs/ and .venv stay
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache
	@find figures -mindepth 1 ! -name README.md -delete
	@find report_builder tests benchmarks requirements -name __pycache__ -prune -exec rm -rf {} +

.venv/.installed-base .venv/.installed-cpu .venv/.installed-gpu: requirements/base.lock pyproject.toml
.venv/.installed-cpu: requirements/cpu.lock
.venv/.installed-gpu: requirements/gpu.lock
.venv/.installed-dev: requirements/dev.lock requirements/cluster.lock pyproject.toml $(READY)
.venv/.installed-cluster: requirements/cluster.lock pyproject.toml $(READY)
.venv/.installed-cjk: requirements/cjk.lock pyproject.toml $(READY)
.venv/.installed-docs: requirements/docs.lock pyproject.toml $(READY)
.venv/.installed-peers: requirements/peers.lock pyproject.toml $(READY)

.venv/.installed-%:
	@sh requirements/install.sh $*
