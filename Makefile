# The menu. Everything lands in .venv and .panzad beside this file; nothing needs root.
PYTHON ?= python3
STATE  := .panzad
BIN    := .venv/bin
MODEL  := $(STATE)/models/smollm2-135m-instruct

.PHONY: help demo test test-servers test-clients lint fast bench bench-extraction fuzz faults soak clean

help:
	@echo "make demo   a sample mailbox, the real daemon, a draft in the person's own style"
	@echo "make test   lint, types and all tests"
	@echo "make test-servers  the whole loop on Dovecot, Cyrus and Courier, and every server's habits"
	@echo "make test-clients  real Thunderbird and neomutt on a display without a screen"
	@echo "make lint   ruff, pyright, import-linter"
	@echo "make fast   the tests that need neither a server nor a model"
	@echo "make bench  the benchmark on the paper's mails (BENCH_DATA=folder BENCH_WORK=folder)"
	@echo "make bench-extraction  own words on labelled mail, beside the libraries (BENCH_DATA=folder)"
	@echo "make fuzz   damaged mails through the mail room (BENCH_DATA=folder COUNT=number SEED=number)"
	@echo "make faults  days of a mailbox over bad networks (DAYS=number SEED=number)"
	@echo "make soak  busy hours of several mailboxes beside the daemon (HOURS=number SEED=number)"
	@echo "make clean  remove what the other targets made"

demo: .venv/demo $(MODEL)
	$(BIN)/panzad --state $(STATE) demo

# Test modules at once, of which some wait for servers. Torch gets one thread in each: more of those
# than cores wait for each other.
JOBS ?= 3
test: export OMP_NUM_THREADS = 1
test: .venv/test $(MODEL) servers lint
	PANZAD_TEST_MODELS=$(CURDIR)/$(STATE)/models PANZAD_TEST_SERVERS=$(CURDIR)/$(STATE)/servers \
		$(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

test-servers: .venv/test servers
	PANZAD_TEST_SERVERS=$(CURDIR)/$(STATE)/servers $(BIN)/pytest tests/servers tests/imap

test-clients: .venv/test dovecot
	@sh tools/clients
	$(BIN)/pytest -m client tests/clients

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

fast: .venv/test
	$(BIN)/pytest -m "not server and not model"

BENCH_WORK ?= $(STATE)/bench
bench: .venv/test $(MODEL) dovecot
	$(BIN)/python -m benchmarks.paper_mails --data $(BENCH_DATA) --models $(STATE)/models --work $(BENCH_WORK)

bench-extraction: .venv/test
	$(BIN)/python -m benchmarks.extraction --data $(BENCH_DATA)

COUNT ?= 10000
SEED  ?= 1
fuzz: .venv/test
	$(BIN)/python -m benchmarks.fuzz_mail --data $(BENCH_DATA) --count $(COUNT) --seed $(SEED) --jobs 2

DAYS ?= 1000
faults: .venv/test dovecot
	$(BIN)/python -m benchmarks.faults --count $(DAYS) --seed $(SEED)

HOURS ?= 8
soak: .venv/test $(MODEL) dovecot
	$(BIN)/python -m benchmarks.soak --hours $(HOURS) --seed $(SEED) --models $(STATE)/models

clean:
	rm -rf .venv $(STATE) build

.venv/ready: pyproject.toml constraints.txt
	@sh tools/prerequisites $(PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/demo: .venv/ready
	$(BIN)/pip install --constraint constraints.txt --editable ".[demo]"
	@touch $@

.venv/test: .venv/ready
	$(BIN)/pip install --constraint constraints.txt --editable ".[demo]" --group test --group bench
	@touch $@

$(MODEL): | .venv/ready
	@test -e $(BIN)/panzad || $(MAKE) .venv/demo
	$(BIN)/panzad --state $(STATE) models pull smollm2-135m-instruct

.PHONY: dovecot servers
dovecot:
	@sh tools/dovecot

servers:
	@sh tools/servers $(STATE)/servers
