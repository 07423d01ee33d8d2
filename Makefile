# Every command of the project. `make demo` and `make test` do all the set-up they need.
.DEFAULT_GOAL := help
SHELL := bash
BIN := .venv/bin
# What is compiled is kept, whatever this shell says: tests start the program dozens of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev setup-intents demo test test-fast check scan fuzz fuzz-whole evaluate bench chain kills outages workers turnover markers mutation latency soak requirements clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -ts $$'\t'

$(BIN)/breakwater: requirements.txt pyproject.toml
	@echo "· setting up Python packages"
	@PYTHON="$(PYTHON)" scripts/venv.sh
	@scripts/install.sh requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt $(BIN)/breakwater
	@echo "· setting up packages for tests and checks"
	@scripts/install.sh requirements-dev.txt
	@touch $@

setup: $(BIN)/breakwater setup-intents  ## both Python environments, training, nothing started

setup-intents: $(BIN)/breakwater
	@nlu/service/prepare.sh
	@nlu/service/train.sh

setup-dev: .venv/dev setup-intents  ## the same, and what tests need
	@scripts/system-packages.sh

demo: setup  ## chat on http://127.0.0.1:8080/, staff console on /staff
	@$(BIN)/breakwater serve

test: setup-dev  ## all tests
	@# What fails is tried again after a pause, and listed: a machine that stalls breaks tests of real programs and clocks.
	@$(BIN)/python -m pytest -n 2 --reruns 2 --reruns-delay 10 -rR

test-fast: .venv/dev  ## the core: risk, consent, cases, rota, policy, record, and a few conversations
	@$(BIN)/python -m pytest -n auto -m "not service and not browser and not fault and not slow"

check: .venv/dev  ## lint, types, import directions, content
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/breakwater content check
	@$(BIN)/python -m tests.scan code secrets

scan: .venv/dev  ## known holes in packages (pip-audit), bandit, secrets in files
	@$(BIN)/python -m tests.scan

fuzz: .venv/dev  ## whatever may come in, at random, for a minute
	@$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),60)

fuzz-whole: .venv/dev  ## the same until a million were tried, an hour at most; called again it goes on where it was
	@nice -n 19 $(BIN)/python -m tests.fuzz --whole --seconds $(or $(FUZZ_SECONDS),3600)

evaluate: setup-dev  ## how well messages are understood, on the judging messages
	@$(BIN)/python -m tests.evaluate

BENCH ?= all
bench: setup-dev  ## how fast everything is on this machine, as JSON; BENCH=parts, or BENCH=load beside the peer (25 minutes), for half of it
	@$(BIN)/python -m tests.bench $(BENCH)

chain: setup-dev  ## 100 escalations while the program is killed again and again
	@$(BIN)/python -m tests.faults.chain_table

kills: setup-dev  ## 10,000 messages while the program is killed 100 times, on SQLite and on PostgreSQL
	@$(BIN)/python -m tests.trials.kills
	@$(BIN)/python -m tests.trials.kills --database postgresql

outages: setup-dev  ## each part taken away for a minute: what was lost, how soon the emergency text came, how soon all was well
	@$(BIN)/python -m tests.trials.outages

workers: setup-dev  ## several processes on one PostgreSQL, killed, stopped and cut off while people write
	@$(BIN)/python -m tests.trials.workers

turnover: setup-dev  ## every key changed twenty times while rows come to their end and people write, on SQLite and on PostgreSQL
	@$(BIN)/python -m tests.trials.turnover
	@$(BIN)/python -m tests.trials.turnover --database postgresql

mutation: setup-dev  ## small changes of the code that decides: which of them the tests notice
	@$(BIN)/python -m tests.mutation

markers: setup-dev  ## thousands of made-up words through every path, then a search for them in everything that is written
	@$(BIN)/python -m tests.trials.leaks
	@$(BIN)/python -m tests.trials.leaks --database postgresql

latency: setup-dev  ## how soon a disclosure is a case and an alert, at 30 messages a second, as JSON
	@$(BIN)/python -m tests.bench.latency

soak: setup-dev  ## 45 minutes at 10 messages a second: how much memory grows
	@$(BIN)/python -m tests.trials.soak

requirements: .venv/dev  ## pin what pyproject.toml asks for, with hashes
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:  ## remove what set-up and demo made, the demo's record included
	@rm -rf .venv nlu/service/.venv nlu/service/models nlu/service/.cache var
