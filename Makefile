# The front door. Bare `make` prints what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
KIND := tests/cluster/kind/cluster
COMPONENTS := ingress conversation sender handoff analytics campaigns operator simulator
BASE ?= python:3.13-slim
REPOSITORY ?= prosa
TAG ?= dev

.PHONY: help install assets run test check bench format screenshots reference lock clean kind-up kind-down test-cluster manifests images sbom

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

install: .venv/installed ## Install everything from the lock into .venv

.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Prosa needs Python 3.11 or newer; run: make install PYTHON=python3.13"; exit 1; }
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

assets: install ## Build the pages, when they changed
	@$(BIN)/python -m prosa.web.build

run: assets ## Run a bot on this machine: NATS, PostgreSQL, all services, a phone in the browser
	@$(BIN)/prosa up -f manifests/examples/autocerto

test: assets ## Run all tests: unit, integration with faults, browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

kind-up: ## Make a Kubernetes for tests on this machine (kind), or what is missing of it
	@$(KIND) up --with metrics-server,keda

kind-down: ## Remove it, and put back what it changed
	@$(KIND) down

test-cluster: install $(if $(PROSA_KUBECONFIG),,kind-up) ## Test on it, or on the cluster that PROSA_KUBECONFIG names
	@eval "$$($(KIND) env)" && $(BIN)/python -m pytest tests/cluster

check: install ## Format, lint, types, import rules, pages' types
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python -m prosa.web.build --check

bench: assets ## Measure messages a second, CPU a message, latency, memory
	@$(BIN)/python -m benchmarks

format: install ## Format, and mend what lint can
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	@$(BIN)/python -m prosa.web.build --format

screenshots: assets ## Play the README's tour and take its pictures
	@mkdir -p docs/images && PROSA_SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/browser/test_tour.py

reference: install ## Write the generated reference pages and dashboards
	@$(BIN)/python -m tests.support.metrics
	@$(BIN)/python -m tests.support.dashboards

manifests: install ## Write what is made of the chart: its CRD, README, rules, and manifests/prosa.yaml
	@eval "$$($(KIND) env)" && $(BIN)/python -m tests.support.chart

images: assets ## Build the images prosa/<component>:dev (BASE, REPOSITORY, TAG, COMPONENTS)
	@for component in $(COMPONENTS); do \
	  echo "$(REPOSITORY)/$$component:$(TAG)"; \
	  DOCKER_BUILDKIT=1 docker build --quiet --build-arg BASE=$(BASE) --build-arg COMPONENT=$$component \
	    --build-arg VERSION=$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) \
	    --build-arg REVISION=$$(git rev-parse HEAD 2>/dev/null) \
	    --tag $(REPOSITORY)/$$component:$(TAG) . || exit 1; \
	done

sbom: install ## Write what each image holds, from the lock: dist/sbom/<component>.cdx.json
	@mkdir -p dist/sbom
	@set -o pipefail; for component in $(COMPONENTS); do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --constraint requirements.lock --extra $$component --extra tracing pyproject.toml \
	  | $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
	    --output-file dist/sbom/$$component.cdx.json - || exit 1; \
	done

lock: install ## Resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev pyproject.toml -o requirements.lock

clean: ## Remove what was built, installed and stored
	rm -rf .venv .data node_modules prosa/web/assets .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
