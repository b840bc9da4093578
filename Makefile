# Realtime Bridge. `make demo` shows it working; `make test` passes the tests. Both install what they need.

export SWIFT ?= swift
RELEASE := .build/release
LOAD ?= ../shared/load

# What the bridge needs, and what its tests need beside.
PACKAGES := mosquitto libmosquitto-dev libsqlite3-dev pkg-config
TEST_PACKAGES := curl gcc libc6-dev libpaho-mqtt-dev mosquitto-clients nodejs node-mqtt node-typescript esbuild chromium \
	chromium-driver nginx openssl php-cli python3-paho-mqtt python3-jwt python3-cryptography python3-selenium

.PHONY: help setup setup-test demo test lint fuzz torture bench format clean

help:
	@echo 'make demo    run a bridge with a page: open the printed URL in two windows'
	@echo 'make test    run all tests'
	@echo 'make bench   measure against mosquitto; LOAD names the folder of rtload.c'
	@echo 'make fuzz    try 10 million random inputs on every parser'
	@echo 'make torture kill a bridge and its broker for two minutes, and see that no event is lost'
	@echo 'make setup   install what the bridge needs (Debian)'

setup:
	@./.ci/install $(PACKAGES)

setup-test:
	@./.ci/install $(PACKAGES) $(TEST_PACKAGES)

demo: setup
	$(SWIFT) build -c release --product realtime-bridge
	@$(RELEASE)/realtime-bridge demo

test: setup-test lint
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	node --test Tests/Client
	.ci/fuzz
	.ci/torture --bridge .build/debug/realtime-bridge --seconds 12 --kills 3 --broker-kills 2
	$(SWIFT) test --skip-build

lint:
	$(SWIFT) format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests examples

fuzz: setup
	.ci/fuzz --runs 10000000 --seed 0

torture: setup-test
	$(SWIFT) build -c release --product realtime-bridge
	.ci/torture

bench: setup
	$(SWIFT) build -c release --product realtime-bridge
	$(SWIFT) build -c release --product bench-server
	.ci/bench --load $(LOAD)

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests examples

clean:
	$(SWIFT) package clean
	rm -rf .build-fuzz
