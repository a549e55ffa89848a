# `make` lists the targets. Each sets up what it needs; a second time that takes a second.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
STACK := $(PYTHON) -m ops.embedded
# Whole words that pytest is given on top: make test TESTS="tests/unit -k credits"
TESTS ?= tests
# One file per question; what a question needs besides has an underscore in its name.
QUESTIONS = $(foreach file,$(wildcard bench/*.py),$(if $(findstring _,$(notdir $(file))),,$(notdir $(basename $(file)))))

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: up ## Set up, start everything, and make two figurines from real photos
	@$(PYTHON) -m ops.demo

.PHONY: up
up: ready-to-run ## Start the studio on this machine, without Docker; EMULATE=gemini adds an emulated Gemini
	@$(STACK) up $(addprefix --emulate ,$(EMULATE))

.PHONY: down
down: ## Stop the studio; the data stays
	@if [ -x $(PYTHON) ]; then $(STACK) down; fi

.PHONY: status
status: ## Show what runs
	@$(STACK) status

.PHONY: logs
logs: ## Follow what every program says
	@$(STACK) logs

# Three for two cores: the two that have the tests of a whole stack mostly wait.
.PHONY: test
test: ready-to-test ## Set up and run every test
	@.venv/bin/pytest -n 3 --dist loadgroup --hypothesis-profile=thorough $(TESTS)

.PHONY: e2e
e2e: ready-to-test ## Build and start the studio in containers, walk people's journeys through it, and take it away
	@$(PYTHON) -m ops.compose.journeys

.PHONY: chaos
chaos: ready-to-test ## Run the tests that kill processes and servers
	@.venv/bin/pytest tests/chaos

.PHONY: fuzz
fuzz: ready-to-test ## Ask the public door thousands of odd things, and see that every answer is a documented one
	@.venv/bin/pytest tests/integration/gateway/test_fuzz.py --hypothesis-profile=fuzz --timeout=7200

.PHONY: check
check: ready-to-check ## Check style, types, imports, and that the published contracts are current
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports
	@.venv/bin/pytest -q tests/contract/test_events.py tests/contract/test_documents.py

.PHONY: audit
audit: ready-to-check up ## Audit the security of the code and of the running studio; 1 for a serious finding
	@$(PYTHON) -m ops.audit

.PHONY: bench
bench: ready-to-test ## Measure, and print one table per question
	@for question in $(QUESTIONS); do echo "== $$question"; $(PYTHON) -m bench.$$question || exit 1; done

.PHONY: prove
prove: ready-to-run ## Break every promise on purpose in a studio of its own, and see it noticed; ONLY="K1 S4" takes some
	@$(PYTHON) -m ops.prove $(addprefix --only ,$(ONLY))

.PHONY: trials
trials: ready-to-test ## Cause the faults of the runbooks in a studio of its own, and see the alerts say so; needs Prometheus
	@$(PYTHON) -m ops.trials $(addprefix --only ,$(ONLY))

.PHONY: gallery
gallery: ready-to-test ## Paint twelve photos in every studio style, into examples/out/gallery
	@$(PYTHON) -m ops.gallery

.PHONY: screens
screens: ready-to-test up ## Photograph the pages of the running studio into docs/screens
	@$(PYTHON) -m ops.screens

# Where backups and, on another disk, their keys lie; and the file that opens them.
KIT ?= .figurine-recovery.json
BACKUP = --rows "$(TO)" --keys "$(KEYS)" --kit "$(KIT)"

.PHONY: backup
backup: ready-to-run ## Back the studio up: TO=folder KEYS=folder on another disk; docs/runbooks/backup.md
	@$(PYTHON) -m ops.backup make $(BACKUP)

.PHONY: backup-journal
backup-journal: ready-to-run ## Note who left and what was deleted since the backup: TO= KEYS=, every few minutes
	@$(PYTHON) -m ops.backup journal $(BACKUP)

.PHONY: backup-verify
backup-verify: ready-to-run ## Check and open a backup, restoring nothing: TO= KEYS= KIT= [NAME=]
	@$(PYTHON) -m ops.backup verify $(BACKUP) $(addprefix --name ,$(NAME))

.PHONY: restore
restore: ready-to-run ## Restore a backup into a new folder: TO= KEYS= KIT= INTO= [NAME=]; docs/runbooks/restore.md
	@$(PYTHON) -m ops.backup restore $(BACKUP) --into "$(INTO)" $(addprefix --name ,$(NAME))

.PHONY: clean
clean: ## Stop the studio and destroy its data, the tests' servers and every cache
	@for stack in .figurine .figurine-*; do \
		if [ -d $$stack ] && [ -x $(PYTHON) ]; then $(STACK) --directory $$stack clean || exit 1; fi; \
	done
	@rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache examples/out
	@find libs services ops tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: ready-to-run ready-to-test ready-to-check
ready-to-run:
	@ops/bootstrap run
ready-to-test:
	@ops/bootstrap test
ready-to-check:
	@ops/bootstrap check
