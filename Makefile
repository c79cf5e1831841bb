# One door to everything that is run on this tree. `make` lists what there is.
#
# Nothing has to be installed first but Rust (rustup), node with npm, Python with venv, Go, and a JDK with Maven: the rest,
# `make tools` fetches by itself.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# The checks share cargo's one target folder and are read in order, so they run in order, also with -j.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# Where cargo puts what it builds.
TARGET ?= $(or $(CARGO_TARGET_DIR),target)
# The target that has neither sockets nor clock.
BARE := x86_64-unknown-none
TOOLS := proto/tools
BUF := $(TOOLS)/node_modules/.bin/buf
JAVA_TOOLS := $(TOOLS)/java
# The SDKs, each with all that checks and builds it.
PYTHON_SDK := sdk-bindings/python
VENV := $(PYTHON_SDK)/.venv
GO_SDK := sdk-bindings/go
TS_SDK := sdk-bindings/typescript
TS_INSTALLED := $(TS_SDK)/node_modules/.package-lock.json
TS_BUILT := $(TS_SDK)/conformance/dist/driver.js
JAVA_SDK := sdk-bindings/java
JAVA_BUILT := $(JAVA_SDK)/target/classpath
# What an agent serves to browsers, made from the TypeScript SDK.
PAGE := server/agent/src/http/page/page.js
# $(call maven,goals): Maven in the Java SDK; it resets the colours that it does not use.
maven = cd $(JAVA_SDK) && mvn --quiet --batch-mode -Dstyle.color=never $(1) | sed $$'s/\e\\[0*m//g'
# All of the Go SDK that is not generated.
GO_WRITTEN := . ./benchmark ./conformance ./examples/... ./tests
# What generates the stubs; the generators for Go are fetched by go itself.
GENERATORS := $(BUF) $(VENV)/installed $(JAVA_TOOLS)/installed
# The public and peer API as last released; `make check-api` compares with it.
RELEASED := proto/released.binpb
# Flags for `quorated dev` and the benchmark, as in: make dev ARGS='--nodes 5'
ARGS ?=
# For `make campaign`.
SEEDS ?= 20000
FROM ?= 1
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# For `make fuzz`: seconds for all targets together.
TIME ?= 3600
FUZZ := wire handshake config
FUZZ_FOUND := server/fuzz/target/found
# Nothing here is `unsafe`, so no sanitizer is needed, and with it no nightly compiler.
FUZZ_RUN := cargo fuzz run --fuzz-dir server/fuzz --sanitizer none

# Most tests wait for processes and sockets more than they compute.
export RUST_TEST_THREADS ?= $(shell echo $$(( 2 + $$(nproc 2>/dev/null || echo 2) )))

# A first build, as on a machine for one run, is not built upon: what would help later ones only costs it time.
ifeq ($(wildcard $(TARGET)/debug/incremental),)
export CARGO_INCREMENTAL ?= 0
endif

say = @printf '\n== %s\n' '$(1)'
# $(call or-else,text): what to print when the command before it fails.
or-else = || { printf '\n%s: %s\n' 'make $@ failed' '$(1)' >&2; exit 1; }

# What is run with a real cluster of its own, or with one for all SDKs.
WITH_CLUSTER := sdk-bindings/tools/with-cluster $(TARGET)/debug
define check-sdks
$(call say,The SDKs and their examples work with real agents)
@sdk-bindings/tools/check_packages $(TARGET)/debug
$(call say,What is written of grpcurl works)
@$(WITH_CLUSTER) sdk-bindings/tools/check_scripting
$(call say,The page works in a browser)
@$(WITH_CLUSTER) $(TS_SDK)/tools/check_page
$(call say,Every SDK plays the conformance scenarios)
@QUORATE_TEST_PROGRAMS=$(abspath $(TARGET))/debug $(TARGET)/debug/quorate-conformance
endef
define go-driver
@cd $(GO_SDK) && go build -buildvcs=false -o $(abspath $(TARGET))/debug/quorate-conformance-go ./conformance
endef

.PHONY: help
help: ## Lists these targets
	@echo 'Targets:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

##@ Trying it out

.PHONY: build
build: ## Builds the agent and the CLI
	$(call say,Building quorated and quorate)
	cargo build --locked -p quorate-agent -p quorate-cli

.PHONY: dev
dev: build ## Starts a cluster of three nodes on this machine; ARGS='--nodes 5' passes flags on; Ctrl-C stops it
	@exec $(TARGET)/debug/quorated dev $(ARGS)

.PHONY: example-ip-failover
example-ip-failover: build ## A virtual address that moves when its node is lost (root, network namespaces; a minute); ARGS=services-ocf.toml
	@tests/examples/ip-failover/run $(TARGET)/debug $(ARGS)

##@ Checking

.PHONY: verify
verify: check-machine check-static check-all-tests ## Checks everything and changes nothing; the tests of tests/ need root and `ip`

.PHONY: test
test: verify ## The same as verify

.PHONY: check
check: check-static check-tests ## verify, without the tests of tests/, which need root

# What the tools of other languages do waits for the network as much as it computes, so Rust is compiled meanwhile.
.PHONY: check-static
check-static: check-lock check-format ## All that is checked without running anything
	$(call say,Clippy and docs and the SDKs by their own tools: all shown when it has ended)
	@sdk-bindings/tools/at-once '$(MAKE) check-lint check-core check-docs' '$(MAKE) check-api check-stubs check-bindings'

.PHONY: check-machine
check-machine: ## This machine can run the tests of tests/; installs iproute2 on Debian when `ip` is missing
	$(call say,This machine can make network namespaces)
	@.ci/need-namespaces

.PHONY: check-lock
check-lock: ## Cargo.lock fits the manifests
	$(call say,Cargo.lock fits the manifests)
	@cargo tree --locked --workspace >/dev/null $(call or-else,run "cargo update --workspace" and commit Cargo.lock)

.PHONY: check-format
check-format: ## Rust code is formatted
	$(call say,Rust code is formatted)
	@cargo fmt --all --check $(call or-else,run "make fix")

.PHONY: check-api
check-api: $(BUF) ## The schema: lint, format, and nothing broken since the last release
	$(call say,The schema passes lint (buf STANDARD and COMMENTS))
	@$(BUF) lint proto $(call or-else,see the rules named above at buf.build/docs/lint/rules)
	$(call say,The schema is formatted)
	@$(BUF) format --diff --exit-code proto $(call or-else,run "make fix")
	$(call say,The schema breaks nothing that was released)
	@$(BUF) breaking proto --against $(RELEASED) $(call or-else,keep what was released and add beside it)

# That of the Rust stubs is a test of quorate-codegen.
.PHONY: check-stubs
check-stubs: $(GENERATORS) ## The stubs of the SDKs are those of the schema
	$(call say,The stubs of the SDKs are those of the schema)
	@proto/tools/generate --check $(call or-else,run "make stubs")

# Each in a folder of its own, and mostly waiting for one core or the network.
.PHONY: check-bindings
check-bindings: $(VENV)/installed $(TS_INSTALLED) ## The SDKs by the tools of their ecosystems: format, lint, types, unit tests, docs
	@sdk-bindings/tools/at-once '$(MAKE) check-python' '$(MAKE) check-go' '$(MAKE) check-typescript' '$(MAKE) check-java'

.PHONY: check-python
check-python: $(VENV)/installed ## The Python SDK: format, lint, types, unit tests, docs
	$(call say,The Python SDK: format and types and units and docs)
	@cd $(PYTHON_SDK) && .venv/bin/ruff format --quiet --check . $(call or-else,run "make fix")
	@cd $(PYTHON_SDK) && .venv/bin/ruff check --quiet . $(call or-else,"make fix" mends what can be mended safely)
	@cd $(PYTHON_SDK) && .venv/bin/mypy $(call or-else,mend the types named above)
	@cd $(PYTHON_SDK) && .venv/bin/pytest --quiet tests/unit
	@# It warns of types in the generated stubs that only type checkers know.
	@cd $(PYTHON_SDK) && .venv/bin/python -W ignore -m pdoc --output-directory build/docs quorate

.PHONY: check-go
check-go: ## The Go SDK: format, vet, staticcheck, unit tests
	$(call say,The Go SDK: format and lint and units)
	@cd $(GO_SDK) && ! gofmt -l . | grep . $(call or-else,run "make fix")
	@cd $(GO_SDK) && go vet ./... && go tool -modfile=tools/go.mod staticcheck $(GO_WRITTEN) $(call or-else,mend what is named above)
	@cd $(GO_SDK) && go test .

.PHONY: check-typescript
check-typescript: $(TS_INSTALLED) ## The TypeScript SDK and the page: format, lint, types, unit tests, docs
	$(call say,The TypeScript SDK: format and lint and types and units and docs)
	@cd $(TS_SDK) && npm run --silent format $(call or-else,run "make fix")
	@cd $(TS_SDK) && npm run --silent lint $(call or-else,"make fix" mends what can be mended safely)
	@cd $(TS_SDK) && npm run --silent build && npm run --silent types && npm run --silent build:tests
	@cd $(TS_SDK) && npm test --silent
	@cd $(TS_SDK) && npm run --silent docs
	@cd $(TS_SDK) && npm run --silent page | diff -q - ../../$(PAGE) $(call or-else,run "make page")

.PHONY: check-java
check-java: ## The Java SDK: format, lint, unit tests, docs
	$(call say,The Java SDK: format and lint and units and docs)
	@$(call maven,spotless:check test javadoc:javadoc) $(call or-else,"make fix" mends the format)

.PHONY: check-lint
check-lint: ## Clippy finds nothing; in the core also nothing of what server/core/clippy.toml bans
	$(call say,Clippy finds nothing)
	@cargo clippy --locked --workspace --all-targets -- -D warnings $(call or-else,"make fix" mends what can be mended safely)

.PHONY: check-core
check-core: ## The core builds where there are neither sockets nor a clock
	$(call say,The core builds for $(BARE))
	@if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx $(BARE); then \
	  echo 'Adding the target to the Rust toolchain'; rustup target add $(BARE); fi
	@cargo check --locked -p quorate-core --target $(BARE) $(call or-else,the core must not depend on std)

.PHONY: check-docs
check-docs: ## The Rust documentation builds without a warning
	$(call say,The Rust documentation builds without a warning)
	@RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps $(call or-else,mend the links and examples named above)

.PHONY: check-tests
check-tests: ## Unit, API, SDK and process tests, doc tests, and the fixed seeds of the simulator
	$(call say,Tests of all crates but tests/)
	@cargo test --locked --workspace --exclude quorate-tests

.PHONY: check-all-tests
check-all-tests: check-machine $(BUF) $(VENV)/installed $(TS_BUILT) $(JAVA_BUILT)
	$(call say,Tests of all crates and whole-system tests)
	@QUORATE_TEST_PROGRAMS=$(abspath $(TARGET))/debug .ci/all-tests
	$(go-driver)
	$(check-sdks)

.PHONY: check-sdks
check-sdks: build drivers ## The packages of the SDKs, installed into empty projects; the lines for grpcurl; the page in a browser; conformance
	$(check-sdks)

.PHONY: drivers
drivers: $(BUF) $(VENV)/installed $(TS_BUILT) $(JAVA_BUILT)
	$(call say,Building the drivers of the conformance scenarios)
	cargo build --locked -p quorate-tests --bin quorate-conformance --bin quorate-conformance-rust
	$(go-driver)

.PHONY: conformance
conformance: build drivers ## Plays tests/conformance with every SDK (two minutes); ARGS='--only python --scenario failover', ARGS=--write
	$(call say,Playing the conformance scenarios with every SDK)
	@QUORATE_TEST_PROGRAMS=$(abspath $(TARGET))/debug $(TARGET)/debug/quorate-conformance $(ARGS)

.PHONY: check-system
check-system: check-machine ## The whole-system tests of tests/: real processes in network namespaces (root)
	$(call say,Whole-system tests: real processes in network namespaces)
	@cargo test --locked -p quorate-tests

.PHONY: campaign
campaign: ## Runs the simulator over SEEDS=20000 seeds from FROM=1; a seed that fails is printed with its replay command
	$(call say,Simulating $(SEEDS) seeds from $(FROM))
	cargo build --locked --release -p quorate-sim
	@$(TARGET)/release/quorate-sim --seeds $(SEEDS) --from $(FROM) --jobs $(JOBS)

.PHONY: seeds
seeds: ## Runs all of the simulator's checked seeds (minutes); the checks run a sixth of them
	cargo build --locked --release -p quorate-sim
	@$(TARGET)/release/quorate-sim --checked --jobs $(JOBS)

.PHONY: model
model: ## Explores every order of events for three nodes, within larger bounds than the checks do (minutes)
	cargo test --locked --release -p quorate-sim --test model --test lease -- --ignored --nocapture

.PHONY: bench
bench: check-machine ## Measures views beside Corosync and Serf, quorum, writes and locks beside etcd and ZooKeeper, an address that moves beside keepalived, services whose node is killed, in target/benchmark (root; an hour); ARGS='--quick', '--only quorum', '--no-peers'
	@case ' $(ARGS) ' in *' --no-peers '*) ;; *) tests/benchmark/install-peers ;; esac
	$(call say,Measuring)
	cargo build --locked --release -p quorate-tests --bin quorate-benchmark
	@$(TARGET)/release/quorate-benchmark --out $(TARGET)/benchmark $(ARGS)

.PHONY: bench-sdks
bench-sdks: $(VENV)/installed $(TS_INSTALLED) ## Measures what each SDK costs beside the bare stub of its language (5 minutes); ARGS=--write
	$(call say,Building release agents)
	cargo build --locked --release -p quorate-agent -p quorate-cli
	cargo build --locked --release -p quorate-tests --bin quorate-overhead
	$(call say,Measuring)
	@sdk-bindings/tools/with-cluster $(TARGET)/release sdk-bindings/tools/bench_sdks $(TARGET)/release $(ARGS)

.PHONY: scale
scale: ## Runs the experiments of the Rapid paper with a thousand simulated nodes (20 minutes); ARGS='--nodes 200 crash' narrows
	$(call say,Simulating)
	cargo build --locked --release -p quorate-tests --bin quorate-scale
	@$(TARGET)/release/quorate-scale $(ARGS)

.PHONY: check-fuzz
check-fuzz: ## Replays the kept fuzzing inputs and seeded mutations of them; check-tests does so too
	$(call say,Replaying what was found by fuzzing)
	@cargo test --locked -p quorate-agent --test fuzz -- --nocapture

.PHONY: need-fuzz
need-fuzz:
	@cargo fuzz --version >/dev/null 2>&1 || { echo 'cargo-fuzz is needed: cargo install cargo-fuzz --locked' >&2; exit 1; }

.PHONY: fuzz
fuzz: need-fuzz ## Fuzzes all that comes from outside for TIME=3600 seconds in all; `make fuzz-keep` keeps what it found
	@for target in $(FUZZ); do mkdir -p $(FUZZ_FOUND)/$$target; printf '\n== Fuzzing %s\n' $$target; \
	  dict=server/fuzz/$$target.dict; [ -f $$dict ] && dict=-dict=$$dict || dict=; \
	  $(FUZZ_RUN) $$target $(FUZZ_FOUND)/$$target server/fuzz/corpus/$$target -- $$dict \
	    -max_total_time=$$(( $(TIME) / $(words $(FUZZ)) )) -max_len=16384 -rss_limit_mb=1024 -timeout=20 \
	    -print_final_stats=1; done

.PHONY: fuzz-keep
fuzz-keep: need-fuzz ## Makes the kept fuzzing inputs anew: few that reach every place that was ever reached
	@for target in $(FUZZ); do mkdir -p $(FUZZ_FOUND)/$$target; cp -n server/fuzz/corpus/$$target/* $(FUZZ_FOUND)/$$target/; \
	  rm -rf $(FUZZ_FOUND)/kept; mkdir -p $(FUZZ_FOUND)/kept; \
	  $(FUZZ_RUN) $$target $(FUZZ_FOUND)/kept $(FUZZ_FOUND)/$$target -- -set_cover_merge=1 \
	    -use_counters=0 -max_len=16384; \
	  rm -rf server/fuzz/corpus/$$target; mv $(FUZZ_FOUND)/kept server/fuzz/corpus/$$target; done

.PHONY: breakages
breakages: ## Breaks the core in many ways, one at a time, and shows which checker notices within the checked seeds (10 minutes)
	@server/sim/breakages/run

##@ Changing

.PHONY: stubs
stubs: $(GENERATORS) ## Generates the stubs of all SDKs from the schema
	$(call say,Generating the Rust stubs)
	cargo run --quiet -p quorate-codegen
	$(call say,Generating the stubs of the other SDKs)
	proto/tools/generate

.PHONY: fix
fix: stubs page ## Formats code and schema, generates the stubs anew, and mends what Clippy can mend safely
	$(call say,Formatting the schema)
	$(BUF) format --write proto
	$(call say,Mending what Clippy can mend)
	cargo clippy --fix --workspace --all-targets --allow-dirty --allow-staged
	$(call say,Formatting Rust code)
	cargo fmt --all
	$(call say,Mending and formatting the Python SDK)
	cd $(PYTHON_SDK) && .venv/bin/ruff check --quiet --fix . && .venv/bin/ruff format --quiet .
	$(call say,Formatting the SDKs for Go and TypeScript and Java)
	cd $(GO_SDK) && gofmt -w .
	cd $(TS_SDK) && npm run --silent fix
	$(call maven,spotless:apply)

.PHONY: page
page: $(TS_INSTALLED) ## Makes the page that agents serve to browsers anew from sdk-bindings/typescript/page
	cd $(TS_SDK) && npm run --silent page >../../$(PAGE)

.PHONY: release-api
release-api: $(BUF) ## At a release: makes the present schema the one that later changes are compared with
	$(call say,Renewing $(RELEASED))
	$(BUF) build proto --exclude-source-info --output $(RELEASED)

##@ Tools

.PHONY: tools
tools: $(GENERATORS) $(TS_INSTALLED) ## Installs buf and the generators into proto/tools, and the SDKs' tools beside each, as pinned
	@printf 'buf %s at %s\n' "$$($(BUF) --version)" '$(BUF)'

# Anew whenever the lock file is newer than what was installed from it.
$(BUF): $(TOOLS)/package.json $(TOOLS)/package-lock.json
	$(call say,Installing buf)
	@command -v npm >/dev/null || { echo 'npm was not found: install node (20 or later) with npm' >&2; exit 1; }
	npm ci --prefix $(TOOLS) --ignore-scripts --no-audit --no-fund
	@touch $(BUF)

$(VENV)/installed: $(PYTHON_SDK)/pyproject.toml
	$(call say,Installing the tools of the Python SDK)
	@python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Python 3.11 or later is needed, with venv (on Debian: apt-get install python3-venv)' >&2; exit 1; }
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable '$(PYTHON_SDK)[dev]'
	@touch $@

$(TS_INSTALLED): $(TS_SDK)/package.json $(TS_SDK)/package-lock.json
	$(call say,Installing the tools of the TypeScript SDK)
	npm ci --prefix $(TS_SDK) --ignore-scripts --no-audit --no-fund
	@touch $@

$(TS_BUILT): $(TS_INSTALLED) $(shell find $(TS_SDK)/src $(TS_SDK)/conformance/*.ts -name '*.ts' 2>/dev/null)
	@cd $(TS_SDK) && npm run --silent build && npm run --silent build:tests

$(JAVA_BUILT): $(JAVA_SDK)/pom.xml $(shell find $(JAVA_SDK)/src $(JAVA_SDK)/conformance -name '*.java' 2>/dev/null)
	$(call say,Building the Java SDK)
	@$(call maven,process-test-classes)
	@touch $@

$(JAVA_TOOLS)/installed: $(TOOLS)/fetch-java-tools
	$(call say,Fetching the generators for Java)
	@command -v mvn >/dev/null || { echo 'mvn was not found: install a JDK (17 or later) and Maven' >&2; exit 1; }
	$(TOOLS)/fetch-java-tools
	@touch $@

.PHONY: clean
clean: ## Removes what was built and installed
	cargo clean
	rm -rf $(TOOLS)/node_modules $(JAVA_TOOLS) $(VENV) $(TS_SDK)/{node_modules,dist,build,conformance/dist} $(JAVA_SDK)/target
