# Shortcuts. The two commands that matter are `python3 manage.py demo` and `python3 manage.py test`.
PYTHON := .venv/bin/python

.PHONY: check format test docs

check: ## linters, import contracts, types, templates, migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	.venv/bin/lint-imports
	$(PYTHON) -m mypy
	.venv/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(PYTHON) manage.py makemigrations --check --dry-run

format:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	.venv/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

test:
	$(PYTHON) manage.py test

docs: ## the workflow tables, written out from the code
	$(PYTHON) manage.py write_docs
