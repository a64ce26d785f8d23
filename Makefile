PYTHON ?= python3
V := .venv
ARGS ?=
VENDOR := client/vocu_client/web/static/vendor
HTMX = $(V)/assets/django_htmx/static/django_htmx
PYTEST := $(V)/bin/python -m pytest -q
# Three keep two cores busy: a test often waits, for a disk or another process.
PARALLEL := $(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder
PROCESSES := $(wildcard tests/system tests/browser)
PIP := $(V)/bin/python -m pip --disable-pip-version-check -q install --no-deps --only-binary :all: --require-hashes

demo: $(V)/.ok  ## run a whole operation here, no services to start
	@$(V)/bin/vocu demo $(ARGS)

# A folder that is there and holds no test fails (pytest's exit 5): silence would look like success.
test: $(V)/.ok programs  ## fast tests first, then real processes on loopback; with ARGS one plain run: make test ARGS="-k seal"
ifdef ARGS
	@$(PYTEST) $(ARGS)
else
	@$(PARALLEL) $(PROCESSES:%=--ignore=%)
	@for folder in $(PROCESSES); do $(PARALLEL) $$folder || exit 1; done
endif

programs:  ## what the tests need of the machine: Chromium, LibreOffice
	@tests/install

check: $(V)/.ok  ## lint, types, import rules, dependencies
	@$(V)/bin/ruff check .
	@$(V)/bin/ruff format --check .
	@$(V)/bin/mypy
	@$(V)/bin/lint-imports
	@$(V)/bin/deptry .

bench: $(V)/.ok  ## what docs/performance.md quotes
	@$(V)/bin/python -m bench $(ARGS)

lock:  ## renew requirements/ (the files record hashes, no addresses)
	@$(V)/bin/uv --no-config pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --exclude-newer "7 days" --extra hub --extra desk --extra postgres --extra dev -o requirements/lock.txt pyproject.toml
	@$(V)/bin/uv --no-config pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  -c requirements/lock.txt --extra hub --extra postgres --extra s3 --extra build -o requirements/hub.txt pyproject.toml

# What docs/admin.md and config/container run: the hub, what it needs, and nothing for desks or developers.
release:  ## the hub alone, to be run from there: make release TO=/opt/vocu/1.0
	@$(PYTHON) -m venv $(TO)
	@$(TO)/bin/python -m pip --disable-pip-version-check -q install --no-deps --only-binary :all: --require-hashes -r requirements/hub.txt
	@$(TO)/bin/python -m pip --disable-pip-version-check -q install --no-deps --no-build-isolation .

# htmx comes out of django-htmx, without Django: nothing of it is committed, a wheel takes it along.
# uv installs in seconds; pip does the same work where uv cannot (mirrors named in pip.conf).
$(V)/.ok: requirements/lock.txt requirements/uv.txt requirements/assets.txt pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "vocu needs python3-venv: run 'apt install python3-venv', then make again"; exit 1; }
	@$(PYTHON) -m venv --clear $(V)
	-@$(PIP) -r requirements/uv.txt
	@$(V)/bin/uv --no-config --system-certs pip install -q -p $(V)/bin/python --no-deps --no-build --require-hashes -r requirements/lock.txt || $(PIP) -r requirements/lock.txt
	@$(PIP) --upgrade --target $(V)/assets -r requirements/assets.txt
	@mkdir -p $(VENDOR) && cp $(HTMX)/htmx-2.min.js $(VENDOR)/
	@$(V)/bin/python -m pip --disable-pip-version-check -q install --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: demo test programs check bench lock release
.DEFAULT_GOAL := demo
