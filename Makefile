# Every task of this repository. `make` alone lists them.
#
# Needed: Rust (the version in rust-version of Cargo.toml or newer), Python 3.9 or newer, and Node.js
# (npm) for OpenTofu. All else is fetched by `make tools`, pinned by hash in tools/pins.json: half a
# gigabyte the first time, 1.3 GB unpacked in ~/.cache/terraform-provider-camunda-tools.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
CARGO ?= cargo

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools
tools: ## fill .tools/ with Terraform, OpenTofu, nextest and cargo-deny (once; then from a cache)
	@$(PYTHON) tools/fetch.py

.PHONY: build
build: ## build the provider and the simulator, optimised, into target/release
	$(CARGO) build --locked --release --workspace --bins

# On Linux a binary that needs nothing of the system: `rustup target add x86_64-unknown-linux-musl` and
# the package musl-tools; without them a substitute for a look, and a notice.
.PHONY: release
release: ## build what the registries ask of a release, for this platform, into target/dist
	@$(PYTHON) tools/release.py

# Twice as long as a release: for whoever doubts, and before a release.
.PHONY: reproducible
reproducible: ## build a release twice, in two folders, and compare every byte
	@$(PYTHON) tools/reproducible.py

.PHONY: recording
recording: ## record examples/quickstart with a real CLI as assets/quickstart.svg
	@$(PYTHON) tools/recording.py

.PHONY: demo
demo: ## plan, apply and destroy examples/quickstart with a real CLI against the simulator
	@$(PYTHON) tools/demo.py

# nextest, because it gives each test a process of its own (a provider under test may not see another
# test's environment), a time limit, and a group that bounds how many CLIs run at once. `make tools`
# fetches it, so nobody has to install it. It does not run the examples in the documentation.
.PHONY: test
test: tools ## run everything that must pass: unit, framework, simulator and acceptance tests
	.tools/cargo-nextest nextest run --locked --workspace
	$(CARGO) test --locked --workspace --doc --quiet

.PHONY: test-cli
test-cli: ## run the acceptance tests on one more CLI: make test-cli CLI=/path/to/tofu
	@test -x "$(CLI)" || { echo "make test-cli CLI=/path/to/tofu: which CLI?" >&2; exit 2; }
	@$(PYTHON) tools/fetch.py --only cargo-nextest
	$(CARGO) build --locked --package camunda-simulator
	CAMUNDA_ACCEPTANCE_EXTRA_CLI="$(CLI)" .tools/cargo-nextest nextest run --locked \
		--test acceptance --run-ignored only -E 'test(/::extra_cli$$/)'

# Where and with what credentials is in the environment; CONTRIBUTING.md ("Live") says what there is.
.PHONY: test-live
test-live: ## run the live suite in a real organisation: TF_ACC=1 make test-live [TEST=name]
	@$(PYTHON) tools/live.py test

.PHONY: sweep
sweep: ## remove what a live run has left: CAMUNDA_TEST_PREFIX=... make sweep
	@$(PYTHON) tools/live.py sweep

.PHONY: lint
lint: ## formatting, clippy without warnings, licences and origins of dependencies
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	@$(PYTHON) tools/fetch.py --only cargo-deny terraform-1.11.4
	.tools/cargo-deny --locked --workspace check licenses bans sources
	.tools/cargo-deny --locked --manifest-path fuzz/Cargo.toml --config deny.toml check licenses bans sources
	TF_CLI_CONFIG_FILE=/dev/null .tools/terraform-1.11.4 fmt -check -diff -recursive examples

# With libFuzzer, which shows the mutator what an input reaches: a nightly toolchain, a compiler for C++
# and `cargo install cargo-fuzz`. What it keeps goes into fuzz/corpus, and what it finds into
# fuzz/artifacts; `make test` then runs the corpus, with any toolchain. CONTRIBUTING.md says more.
FUZZ_TOOLCHAIN ?= nightly
SECONDS ?= 60
.PHONY: fuzz
fuzz: ## mutate inputs of one target with libFuzzer: make fuzz TARGET=rpc SECONDS=600
	@test -n "$(TARGET)" -a -d "fuzz/corpus/$(TARGET)" || { echo "make fuzz TARGET=...: one of" fuzz/corpus/* >&2; exit 2; }
	$(CARGO) test --locked --quiet --test fuzz -- --exact --ignored write_seeds
	$(CARGO) +$(FUZZ_TOOLCHAIN) fuzz run "$(TARGET)" "fuzz/corpus/$(TARGET)" "target/fuzz-seeds/$(TARGET)" -- \
		-max_total_time=$(SECONDS) -max_len=8192 -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=64 -print_final_stats=1

.PHONY: docs
docs: ## write the registry pages in docs/ and assets/schema.json anew, from schemas and examples
	CAMUNDA_WRITE_DOCS=1 $(CARGO) test --locked --quiet --test docs --test schema

# Apart from `lint`: it needs the advisory database, a Git repository that is fetched each time, and
# its answer changes without a change of ours.
.PHONY: audit
audit: ## look the dependencies up in the RustSec advisory database (needs the internet)
	@$(PYTHON) tools/fetch.py --only cargo-deny
	.tools/cargo-deny --locked --workspace check advisories
	.tools/cargo-deny --locked --manifest-path fuzz/Cargo.toml --config deny.toml check advisories

.PHONY: fmt
fmt: ## format Rust and HCL
	$(CARGO) fmt --all
	@$(PYTHON) tools/fetch.py --only terraform-1.11.4
	TF_CLI_CONFIG_FILE=/dev/null .tools/terraform-1.11.4 fmt -recursive examples

.PHONY: bench
bench: ## print the medians of BENCHMARKS.md
	benches/run

.PHONY: clean
clean: ## remove what was built, and .tools/ (the cache of downloads stays)
	$(CARGO) clean
	rm -rf .tools
