# Realtime Bridge. `make demo` shows it working; `make test` passes the tests. Both install what they need.

SWIFT ?= swift
BUILD := .build/debug
RELEASE := .build/release

# What the bridge needs, and what its tests need beside.
PACKAGES := mosquitto libmosquitto-dev pkg-config
TEST_PACKAGES := curl gcc libc6-dev libpaho-mqtt-dev mosquitto-clients nodejs node-mqtt esbuild chromium chromium-driver \
	python3-paho-mqtt python3-jwt python3-cryptography python3-selenium

.PHONY: help setup setup-test demo test bench format clean

help:
	@echo 'make demo    run a bridge with a page: open the printed URL in two windows'
	@echo 'make test    run all tests'
	@echo 'make bench   measure against mosquitto'
	@echo 'make setup   install what the bridge needs (Debian)'

setup:
	@./.ci/install $(PACKAGES)

setup-test:
	@./.ci/install $(PACKAGES) $(TEST_PACKAGES)

demo: setup
	$(SWIFT) build -c release --product realtime-bridge
	@$(RELEASE)/realtime-bridge demo

test: setup-test
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	node --test Tests/Client
	$(SWIFT) test --skip-build

bench: setup
	$(SWIFT) build -c release --product realtime-bridge
	.ci/bench

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

clean:
	$(SWIFT) package clean
