# The course's commands; `make help` lists them. On a machine with Python 3.11 to 3.14 and make,
# nothing else has to be installed first.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
INSTALLED := $(VENV)/.installed
HUB := build/hub

PYTHON ?=
PORT ?= 8888
IP ?= localhost
BROWSER ?= yes
TEACH ?= no
JOBS ?= 2
ONLY ?=
CHANGES ?= no
STUDY ?=
SCHEDULER ?=
OUTPUT ?= handout
LESSONS ?=
EXERCISES ?=
REPOSITORY ?=
AGAIN ?= no
SOLUTIONS ?= no
COURSE ?= .
VARIANT ?= no

# A "ja" or "true" would pass for no, and a class be handed out what it was not meant to get. BROWSER
# in the environment is a program's name, for others.
$(foreach asked,TEACH AGAIN SOLUTIONS VARIANT $(if $(filter command,$(firstword $(origin BROWSER))),BROWSER),\
	$(if $(filter yes no,$($(asked))),,$(error $(asked)=$($(asked)): say yes or no)))
# A variable of the shell that is not set: all lessons in place of one, or the wrong folder.
$(foreach asked,OUTPUT LESSONS EXERCISES REPOSITORY ONLY STUDY SCHEDULER COURSE,\
	$(if $(filter command,$(firstword $(origin $(asked)))),\
	$(if $(strip $($(asked))),,$(error $(asked)=: it is empty; say one, or leave it out))))
from = $(shell [ "$($(1))" -ge $(2) ] 2>/dev/null && [ "$($(1))" -le $(3) ] && echo yes)
$(if $(call from,JOBS,1,9999),,$(error JOBS=$(JOBS): say a whole number from 1))
$(if $(call from,PORT,1,65535),,$(error PORT=$(PORT): say a number from 1 to 65535))

FIRST_LESSON := $(firstword $(wildcard lessons/00-start-here/start-here.ipynb lessons/*/*.ipynb))

# nbgrader starts programs by name, so the environment's own must be found first.
RUN := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: help lab test long lessons evidence handout solutions hub site slides lint bench lock grade clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# A student's menu has no instructor's tools; this folder of settings brings them back.
TOOLS := JUPYTER_CONFIG_PATH="$(CURDIR)/instructor/jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}"

lab: $(INSTALLED)  ## open JupyterLab on the first lesson (PORT=8899, BROWSER=no, IP=0.0.0.0, TEACH=yes)
	@$(PY) tools/address.py "$(IP)"
	@echo "Starting JupyterLab; Ctrl-C twice ends it."
	@$(RUN) $(if $(filter yes,$(TEACH)),$(TOOLS)) $(PY) -m jupyterlab --log-level=WARN --ServerApp.root_dir="$(CURDIR)" \
		--ServerApp.ip="$(IP)" --ServerApp.port=$(PORT) --LabApp.default_url="/lab/tree/$(FIRST_LESSON)" \
		$(if $(filter command,$(firstword $(origin PORT))),--ServerApp.port_retries=0) \
		$(if $(filter no,$(BROWSER)),--no-browser) \
		$$(if [ "$$(id -u)" = 0 ]; then echo --allow-root; fi)

test: $(INSTALLED)  ## run the whole test suite: tests, every notebook, and its source
	@$(RUN) JOBS=$(JOBS) sh tests/run.sh

long: $(INSTALLED)  ## run what repeats: known answers, kills, other processors and Pythons (hours)
	@status=0; export JOBS=$(JOBS); \
	$(RUN) OMP_NUM_THREADS=1 $(PY) -m pytest tests -m long -n $(JOBS) || status=1; \
	$(RUN) $(PY) tests/processors.py || status=1; \
	MAKE="$(MAKE)" sh tests/pythons.sh || status=1; \
	exit $$status

lessons: $(INSTALLED)  ## build the notebooks that have changed (ONLY=01 for one lesson)
	@$(RUN) $(PY) -m imbalance_builder --jobs $(JOBS) $(if $(ONLY),--only $(ONLY))

evidence: $(INSTALLED)  ## run the studies that are not finished (STUDY=smote or smote/clouds; Ctrl-C stops)
	@$(RUN) OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m imbalance_evidence run $(STUDY) \
		--jobs $(JOBS) $(if $(SCHEDULER),--scheduler $(SCHEDULER))
	@$(RUN) $(PY) -m imbalance_builder --pages

handout: $(INSTALLED)  ## make what students get (REPOSITORY=https://… LESSONS="01 02")
	@$(RUN) $(PY) -m imbalance_builder.handout --output "$(OUTPUT)" \
		$(if $(LESSONS),--lessons $(LESSONS)) $(if $(EXERCISES),--exercises $(EXERCISES)) \
		$(if $(REPOSITORY),--repository "$(REPOSITORY)") $(if $(filter yes,$(AGAIN)),--again) \
		$(if $(filter yes,$(SOLUTIONS)),--solutions) \
		$(if $(filter yes,$(VARIANT)),--variant)

solutions: $(INSTALLED)  ## model solutions of a lesson, to release after the deadline (ONLY=06)
	@$(RUN) $(PY) -m imbalance_builder.handout.solutions_page $(ONLY) --course "$(COURSE)"

hub: $(HUB)/.installed  ## try JupyterHub with the course and made-up people (as root)
	@$(RUN) $(PY) -m imbalance_hub

site: $(INSTALLED)  ## make the course's web page in build/site/html, without network
	@$(RUN) OMP_NUM_THREADS=1 PYTHONHASHSEED=0 $(PY) -m imbalance_site

slides: $(INSTALLED)  ## make slides for the half-day plan in build/slides/html, without network
	@$(RUN) OMP_NUM_THREADS=1 PYTHONHASHSEED=0 $(PY) -m imbalance_site.slides

lint: $(INSTALLED)  ## check style and types
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

bench: $(INSTALLED)  ## measure lessons, explorers, import, studies, grader and hub (half an hour)
	@status=0; $(RUN) $(PY) -m imbalance_builder --check --timing || status=1; \
	for file in benchmarks/*.py; do echo "== $$file"; $(RUN) $(PY) "$$file" || status=1; done; \
	exit $$status

lock: $(INSTALLED)  ## pin requirements.txt again after pyproject.toml changed (CHANGES=all upgrades)
	@$(PY) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--fork-strategy fewest --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" $(if $(filter all,$(CHANGES)),--upgrade) \
		--quiet --output-file requirements.txt
	@$(PY) -m uv pip compile hub/requirements.in --constraint requirements.txt --universal \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" $(if $(filter all,$(CHANGES)),--upgrade) \
		--quiet --output-file hub/requirements.txt
	@echo "requirements.txt is up to date; the next make installs it."

grade: $(INSTALLED)  ## grade a sample class from end to end and show the report
	@$(RUN) $(PY) -m imbalance_grader sample

clean:  ## remove caches and what runs left behind (keeps .venv and the notebooks)
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache sample-class test-results
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
	@find . -name .ipynb_checkpoints -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# JupyterHub and its proxy, apart from the course's environment: only `make hub` and its test use it.
$(HUB)/.installed: hub/requirements.txt hub/package-lock.json $(INSTALLED)
	@echo "installing JupyterHub and its proxy in $(HUB)"
	@$(PY) -m uv venv --quiet --allow-existing --python $(PY) $(HUB)
	@$(PY) -m uv pip install --quiet --python $(HUB)/bin/python --requirement hub/requirements.txt
	@cp hub/package.json hub/package-lock.json $(HUB)/
	@cd $(HUB) && PATH="$(CURDIR)/$(HUB)/bin:$$PATH" npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@touch $@

# The environment: made once, brought up to date when a pin changes.
$(INSTALLED): requirements.txt pyproject.toml instructor/pyproject.toml $(wildcard imbalance_lab/labconfig/*.json)
	@PYTHON="$(PYTHON)" sh tools/bootstrap.sh "$(VENV)" "$(BIN)"
	@touch $@
