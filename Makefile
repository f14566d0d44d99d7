# `make demo` shows a signature from beginning to end; `make test` runs everything that is tested.
# The README tells the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PACKAGES := softhsm2 libsofthsm2-dev libjansson-dev libcurl4-openssl-dev libssl-dev libp11-dev libsqlite3-dev \
  pkg-config curl jq openssl sqlite3 python3 python3-venv chromium chromium-driver \
  glewlwyd dbconfig-no-thanks golang-go golang-golang-x-mod-dev
ROOT := $(shell test "$$(id -u)" = 0 || echo sudo)
PRODUCT := .build/debug/countersign
SANDBOX := .build/debug/countersign-sandbox
TOOL := .build/debug/csc-conformance
PYTHON := .venv/bin/python
REQUIREMENTS := Tests/python/requirements.txt
# Python tests and tools import each other from there.
export PYTHONPATH := $(CURDIR)/Tests/python
EXCHANGES := $(CURDIR)/.build/exchanges
# Tests at once. All at once on two cores, some answers would come later than clients wait.
WIDTH := --experimental-maximum-parallelization-width 8
ONE := --experimental-maximum-parallelization-width 1
# Ends tests that hang in spite of their own limits, after so many minutes; TIMES=3 allows three times as many.
WITHIN := python3 Tests/house/within.py
# Test targets and suites that need more than what is built: a token, programs that run, or servers. 'make suites' tells
# of those that are missing here.
SERVING := BrokenBody|ConnectionLimit|DocumentBody|Expectation|Framing|Idler|Method|NamedListener|ServerCertificate
SERVING := $(SERVING)|StreamHead|Upgrade|WaitingOctets
NEEDY := (Integration|PKCS11Device|Conformance|OutboundHTTP|OpenIDClient|Webhooks|$(SERVING))Tests
# With Swift's libraries in the program: calls into them cost less, and the machine that runs it has no Swift.
OPTIMIZED := -c release --static-swift-stdlib
STATE ?= .sandbox
SANDBOX_ARGUMENTS ?=

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

# The tests start glewlwyd themselves. As a service it would listen with a password that everybody knows, and its
# package's own configuration wants a database that nobody made.
packages: ## install the Debian packages that are missing
	@if ! dpkg-query -W -f='$${Status}\n' $(PACKAGES) 2>/dev/null | grep -c 'install ok installed' \
	    | grep -qx $(words $(PACKAGES)); then \
	  echo "installing Debian packages"; \
	  ! test -d /run/systemd/system || $(ROOT) systemctl mask --quiet glewlwyd.service; \
	  $(ROOT) apt-get -o DPkg::Lock::Timeout=300 update -qq; \
	  echo 'glewlwyd glewlwyd/config_type select No configuration' | $(ROOT) debconf-set-selections; \
	  DEBIAN_FRONTEND=noninteractive $(ROOT) apt-get -o DPkg::Lock::Timeout=300 install -qq -y $(PACKAGES) >/dev/null; \
	fi
	@command -v swift >/dev/null || { echo "Swift 6.3 is needed; see the 'Install Swift' page of swift.org"; exit 1; }

build: packages ## build the programs (debug)
	swift build --product countersign
	swift build --product countersign-sandbox
	swift build --product csc-conformance

release: packages ## build what a machine runs for real: one file that needs no Swift there
	swift build $(OPTIMIZED) --product countersign
	python3 Tests/house/symbols.py .build/release/countersign
	@du -h .build/release/countersign

demo: build ## one signature from beginning to end, verified with OpenSSL
	Tests/demo/demo.sh $(SANDBOX) $(PRODUCT)

sandbox: build ## serve a sandbox for integrators until Ctrl-C; writes .sandbox/sandbox.json
	exec $(SANDBOX) sandbox --state $(STATE) $(SANDBOX_ARGUMENTS)

.venv/ready: $(REQUIREMENTS) | packages
	python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	touch $@

test: packages .venv/ready imports sizes suites documents lint ## every test, with real parts, and every answer against the OpenAPI document
	swift build --build-tests
	python3 Tests/house/symbols.py $(PRODUCT)
	rm -rf $(EXCHANGES)
	COUNTERSIGN_EXCHANGES=$(EXCHANGES) $(WITHIN) 30 swift test --skip-build $(WIDTH) --skip IntegrationTests
	COUNTERSIGN_EXCHANGES=$(EXCHANGES) $(WITHIN) 30 swift test --skip-build $(ONE) --filter IntegrationTests
	COUNTERSIGN_EXCHANGES=$(EXCHANGES) $(WITHIN) 40 $(PYTHON) -m pytest Tests/python
	COUNTERSIGN_EXCHANGES=$(EXCHANGES) $(WITHIN) 20 $(PYTHON) -m openapi.fuzz
	$(PYTHON) -m openapi.check $(EXCHANGES)

unit: ## the fast loop: tests without device, browser or server, in under two minutes once built
	swift build --build-tests
	$(WITHIN) 15 swift test --skip-build $(WIDTH) --skip '$(NEEDY)'

imports: ## check who imports whom
	python3 -m unittest discover -s Tests/house
	python3 Tests/house/imports.py

sizes: ## count what must stay small: files, types, ports
	python3 Tests/house/sizes.py

suites: ## check that every test has an end, and that every promise of a store is tested
	python3 Tests/house/suites.py

documents: ## check that files, tests, code and sections of the API that are named exist
	python3 Tests/house/documents.py
	python3 Tests/house/sections.py

lint: ## Swift's own formatter, without changing anything; closures that would grow; words and lengths of comments
	python3 Tests/house/boxes.py
	python3 Tests/house/prose.py
	swift format lint --strict --recursive Sources Tests Package.swift

bench: packages ## rates of the signing path as ratios to the device alone; what log-ins, heavy calls and a slow eID provider cost others
	swift build $(OPTIMIZED) --product bench
	.build/release/bench $(BENCH_ARGUMENTS)

conformance: build ## run the conformance checklist (638 items) against a throw-away sandbox
	Tests/conformance/conformance.sh $(SANDBOX) $(TOOL) $(CONFORMANCE_ARGUMENTS)

crash: build ## kill the gateway 50 times, and the power 100 times, under load and check the ledger; fill its disk
	python3 -m crash.crash $(CRASH_ARGUMENTS)
	python3 -m crash.full_disk

# Counts of 'make long'.
KILLS ?= 500
POWER_FAILURES ?= 2000
SEEDS ?= 10
CASES ?= 300
TURNS ?= 20

# Not part of 'make test' nor of CI.
long: build .venv/ready ## what takes hours: 500 kills, 2000 power failures, thousands of random calls, the unit tests over and over
	swift build --build-tests
	python3 -m crash.crash --kills $(KILLS) --power-failures $(POWER_FAILURES)
	python3 -m crash.full_disk
	for seed in $$(seq $(SEEDS)); do $(PYTHON) -m openapi.fuzz --cases $(CASES) --seed $$seed; done
	for turn in $$(seq $(TURNS)); do $(WITHIN) 15 swift test --skip-build $(WIDTH) --skip '$(NEEDY)'; done

clean: ## remove what was built, but not the sandbox
	rm -rf .build .venv

.PHONY: help packages build release demo sandbox test unit imports sizes suites documents lint bench conformance crash long clean
