# What people do here. The work is in scripts/; each says what it does and what is missing.
.PHONY: help run dev test test-all lint bench pictures prepare-sql reset
.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run:  ## Install what is missing, build, start everything, show the addresses
	@scripts/run.sh

dev:  ## The same, rebuilt on every change
	@scripts/run.sh --watch

test:  ## Everything: rules, doors, browser, format, lints
	@scripts/test.sh

test-all:  ## The same, and two things that go wrong at once, by pairs
	@scripts/test.sh --all

lint:  ## Format and lints alone
	@scripts/lint.sh

bench:  ## How long requests take and what they cost, in target/bench; BENCH=1000 for one size
	@scripts/bench.sh

pictures:  ## Every page as a picture, desktop and phone, dark and light, in end2end/pictures
	@scripts/pictures.sh

prepare-sql:  ## Renew .sqlx, against which queries are checked without a database
	@scripts/prepare-sql.sh

reset:  ## Empty ./data after asking
	@scripts/reset.sh
