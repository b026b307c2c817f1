# The verbs of this project; `make` alone lists them. Everything they install goes to .venv/, .local/ and target/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.PHONY: help requirements build web up down status demo pictures test stages hostile openapi lint fmt validate logs token psql deploy destroy watch invoke clean

CARGO ?= cargo
# .ci/run sets --locked: there Cargo.lock must be up to date.
LOCKED ?=
LOCAL_STACK := target/local/local-stack
# Which local stack: dev, or any other name.
STACK ?= dev
# Tests get their own stack, whose name starts with "test" and which is removed afterwards.
TEST_STACK ?= test
# make hostile: how many requests, by how many workers, against their own stack.
CASES ?= 2000
WORKERS ?= 2
HOSTILE_STACK ?= hostile
# make logs FUNCTION=record-interactions        make token ROLE=admin
FUNCTION ?=
# make invoke: a file of events/<function>/
CASE ?= batch
ROLE ?= shopper

help: ## List the verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Reports what is missing instead of failing somewhere inside.
requirements:
	@missing=""
	command -v $(CARGO) >/dev/null || missing+=$$'\n  cargo: Rust, see https://rustup.rs'
	command -v cc >/dev/null || missing+=$$'\n  cc: a C compiler (package gcc or clang)'
	python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || missing+=$$'\n  python3: version 3.11 or newer with venv (packages python3 and python3-venv)'
	if [ -n "$$missing" ]; then echo "missing:$$missing" >&2; exit 1; fi

build: requirements ## Build everything for this machine
	@$(CARGO) build --profile local $(LOCKED)

# npm of the installed Node.js, in web/.
NPM := env PATH="$(CURDIR)/.venv/node/bin:$$PATH" npm --prefix web
web: build ## Build the pages of web/: dashboard, tracker, demo shop
	@$(LOCAL_STACK) install node
	# npm writes this file last.
	if [ ! web/node_modules/.package-lock.json -nt web/package-lock.json ]; then $(NPM) ci; fi
	$(NPM) run --silent build

up: web ## Start Postgres and the AWS emulator, deploy; again after a change
	@$(LOCAL_STACK) --stack $(STACK) up

down: ## Stop the stack; the data stays (make down WIPE=1 removes it)
	@if [ ! -x $(LOCAL_STACK) ]; then echo "nothing is built, so nothing runs"; exit 0; fi
	$(LOCAL_STACK) --stack $(STACK) down $(if $(WIPE),--wipe)

status: ## Print what runs and where
	@$(LOCAL_STACK) --stack $(STACK) status

demo: up ## Start the stack, send simulated shoppers and orders through it, show and check the result
	@$(LOCAL_STACK) --stack $(STACK) demo

# Without `demo`, which takes minutes: whoever changes a page wants to look at it again.
pictures: up ## Take the pictures of the README, from what `make demo` left in the stack
	@SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(STACK)/stack.json" $(NPM) run --silent pictures --workspace browser

test: web ## Run every suite but stages against its own stack, which is removed afterwards, and print where the time went
	@code=0
	trap '$(LOCAL_STACK) --stack $(TEST_STACK) down --wipe' EXIT
	$(LOCAL_STACK) --stack $(TEST_STACK) up
	export SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(TEST_STACK)/stack.json"
	# Tests mostly wait, for the emulator and for Postgres: more of them than cores run at once.
	export RUST_TEST_THREADS=$${RUST_TEST_THREADS:-4}
	$(CARGO) test --profile local $(LOCKED) --no-fail-fast 2>&1 | tee target/test.log || code=$$?
	$(NPM) run --silent test 2>&1 | tee target/test-web.log || code=$$?
	echo "where the time went:"
	awk -f tests/seconds.awk target/test.log
	if [ $$code -ne 0 ]; then
	  echo "the emulator's last lines:"
	  tail -n 40 .local/$(TEST_STACK)/emulator.log | cut -c 1-300
	  trap - EXIT
	  $(LOCAL_STACK) --stack $(TEST_STACK) down --wipe
	  # Last, because who reads a long log begins at its end.
	  echo "what failed:"
	  awk -f tests/failed.awk target/test.log target/test-web.log
	fi
	exit $$code

# Minutes of waiting for SAM, so it is apart from `make test`; .ci/run runs both.
stages: build ## Deploy, upgrade and destroy stages in the emulator of their own stack, which is removed afterwards
	@trap '$(LOCAL_STACK) --stack $(TEST_STACK) down --wipe' EXIT
	$(LOCAL_STACK) --stack $(TEST_STACK) up
	SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(TEST_STACK)/stack.json" $(CARGO) test --profile local $(LOCKED) --test stages

openapi: ## Regenerate docs/openapi.json from the code
	@UPDATE_OPENAPI=1 $(CARGO) test --profile local $(LOCKED) --test hostile openapi

# An example of each operation, and the links that are followed from one to the next, yielded about 13 cases when the document
# had six operations. It has several times as many now, so a run makes more cases than CASES.
hostile: build ## Send generated requests, valid and invalid ones, to the API (CASES=50000, WORKERS=2)
	@$(LOCAL_STACK) install schemathesis
	trap '$(LOCAL_STACK) --stack $(HOSTILE_STACK) down --wipe' EXIT
	$(LOCAL_STACK) --stack $(HOSTILE_STACK) up
	api=$$(python3 -c 'import json, sys; print(json.load(sys.stdin)["api_url"])' < .local/$(HOSTILE_STACK)/stack.json)
	export SHOPSIGNAL_TOKEN=$$($(LOCAL_STACK) --stack $(HOSTILE_STACK) token shopper --expires-in 86400)
	nice .venv/schemathesis/bin/schemathesis --config-file tests/schemathesis/schemathesis.toml run docs/openapi.json \
	  --url "$$api" --header "Authorization: Bearer $$SHOPSIGNAL_TOKEN" --max-examples $$(( ($(CASES) + 12) / 13 )) --workers $(WORKERS)

lint: validate web ## Check format, lints, documentation and the template
	@$(NPM) run --silent lint
	$(CARGO) fmt --all --check
	$(CARGO) clippy --profile local --workspace --all-targets $(LOCKED) -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --profile local --workspace --no-deps $(LOCKED)

fmt: ## Format the code
	@$(CARGO) fmt --all

validate: build ## Check template.yaml as AWS would, and for security (exceptions: tools/local/checkov.yaml)
	@$(LOCAL_STACK) install sam checkov
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .venv/sam/bin/sam validate --lint --template-file template.yaml
	.venv/sam/bin/cfn-lint template.yaml
	.venv/sam/bin/python tools/local/unroll.py template.yaml target/template.json
	.venv/checkov/bin/checkov --config-file tools/local/checkov.yaml --file target/template.json

logs: ## Print the logs (FUNCTION=record-interactions, emulator or postgres; FOLLOW=1)
	@$(LOCAL_STACK) --stack $(STACK) logs $(FUNCTION) $(if $(FOLLOW),--follow)

token: ## Print a token (ROLE=shopper, seller, admin or producer)
	@$(LOCAL_STACK) --stack $(STACK) token $(ROLE)

psql: ## Open psql on the local database
	@$(LOCAL_STACK) --stack $(STACK) psql

# make deploy STAGE=prod ARGS="--set DatabaseIamAuth=true"
STAGE ?=
ARGS ?=
deploy: web ## Bring a stage into AWS, or upgrade it: build (arm64), deploy with its migration, check (STAGE=prod)
	@target/local/deploy up --stage "$(STAGE)" $(ARGS)

destroy: build ## Delete the stack of a stage (STAGE=prod); says what stays behind
	@target/local/deploy destroy --stage "$(STAGE)" $(ARGS)

# It runs what `make build` has built, and compiles only changes.
watch: up ## Serve one function outside of the stack, rebuilt on every change (FUNCTION=update-popularity)
	@$(LOCAL_STACK) install lambda
	$(LOCAL_STACK) --stack $(STACK) env $(FUNCTION) > .local/$(STACK)/$(FUNCTION).env
	PATH="$$PWD/.venv/lambda/bin:$$PATH" $(CARGO) lambda watch --profile local --bin $(FUNCTION) \
	  --env-file .local/$(STACK)/$(FUNCTION).env --invoke-address 127.0.0.1

invoke: ## Send a sample event to the function that make watch serves (FUNCTION=update-popularity CASE=batch)
	@PATH="$$PWD/.venv/lambda/bin:$$PATH" $(CARGO) lambda invoke $(FUNCTION) --invoke-address 127.0.0.1 \
	  --data-file events/$(FUNCTION)/$(CASE).json

clean: ## Remove what is built; .venv and .local stay
	@$(CARGO) clean

FUNCTION_PACKAGES = $(foreach manifest,$(wildcard functions/*/Cargo.toml),-p $(notdir $(patsubst %/Cargo.toml,%,$(manifest))))

.PHONY: bench counts
# The functions as deployed to AWS take minutes to build; the stack is separate, with Postgres' default (durable) settings.
BENCH_STACK ?= bench
bench: build ## Measure the functions against limits of the same run, into docs/ (LONG=1: ten million rows as well)
	@$(CARGO) build --release $(LOCKED) -p bare $(FUNCTION_PACKAGES)
	trap '$(LOCAL_STACK) --stack $(BENCH_STACK) down --wipe' EXIT
	$(LOCAL_STACK) --stack $(BENCH_STACK) up
	SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(BENCH_STACK)/stack.json" target/local/bench --out docs $(if $(LONG),--long)

.PHONY: prove
PROVE_STACK ?= prove
# A separate stack with Postgres' durable settings: a kill must not lose what was committed.
prove: build ## Run the whole fault suite, about an hour, into docs/PROOF.md; run again to continue after a stop
	@trap '$(LOCAL_STACK) --stack $(PROVE_STACK) down --wipe' EXIT
	$(LOCAL_STACK) --stack $(PROVE_STACK) up
	$(LOCAL_STACK) install faketime
	SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(PROVE_STACK)/stack.json" target/local/prove planted
	# After hours of work the emulator responds too slowly for the scenarios that last a whole day.
	$(LOCAL_STACK) --stack $(PROVE_STACK) down --wipe
	$(LOCAL_STACK) --stack $(PROVE_STACK) up
	SHOPSIGNAL_STACK_FILE="$$PWD/.local/$(PROVE_STACK)/stack.json" target/local/prove long

# The runner's version must match the library's, so it follows Cargo.lock and is installed in this folder.
counts: requirements ## Count instructions of the hot paths under valgrind; fails on 5 % more (WRITE=1 accepts)
	@command -v valgrind >/dev/null || { echo "missing: valgrind (package valgrind; it runs on Linux)" >&2; exit 1; }
	version=$$($(CARGO) pkgid gungraun | sed 's/.*[@#]//')
	folder="$$PWD/.local/tools/gungraun-runner-$$version"
	export GUNGRAUN_RUNNER="$$folder/bin/gungraun-runner"
	[ -x "$$GUNGRAUN_RUNNER" ] || $(CARGO) install gungraun-runner --version "=$$version" --locked --root "$$folder"
	counted=$$($(CARGO) bench --profile counts $(LOCKED) -p counts --bench hot_paths -- --output-format=json)
	$(CARGO) run --quiet --profile counts $(LOCKED) -p counts --bin counts -- bench/counts/counts.json $(if $(WRITE),--write) <<< "$$counted"

.PHONY: release
CYCLONEDX_VERSION := 0.5.9
ARCH ?= arm64
# A folder with <function>/bootstrap, instead of building; for a trial of the packing.
BINARIES ?=
RELEASE := target/release-files
# By tag: `git tag v1.0.0 && make release`. The archive is the same for the same binaries: sorted, without times and owners.
release: build ## Pack the functions, with checksums and a bill of materials, into target/release-files (ARCH=x86_64)
	@version=$$(git describe --tags --always --dirty)
	folder="$$PWD/.local/tools/cargo-cyclonedx-$(CYCLONEDX_VERSION)"
	[ -x "$$folder/bin/cargo-cyclonedx" ] || $(CARGO) install cargo-cyclonedx --version "=$(CYCLONEDX_VERSION)" --locked --root "$$folder"
	binaries="$(BINARIES)"
	if [ -z "$$binaries" ]; then
	  $(LOCAL_STACK) install lambda
	  PATH="$$PWD/.venv/lambda/bin:$$PATH" $(CARGO) lambda build --release --locked --$(subst _,-,$(ARCH)) $(FUNCTION_PACKAGES)
	  binaries=target/lambda
	fi
	rm -rf $(RELEASE)
	mkdir -p $(RELEASE)/shopsignal/sbom
	cp template.yaml $(RELEASE)/shopsignal/
	# One for each package of the workspace, beside its manifest; those of the functions are kept.
	PATH="$$folder/bin:$$PATH" $(CARGO) cyclonedx --quiet --format json --override-filename release-sbom
	for manifest in functions/*/Cargo.toml; do
	  function=$$(basename $$(dirname "$$manifest"))
	  install -D -m 755 "$$binaries/$$function/bootstrap" "$(RELEASE)/shopsignal/target/lambda/$$function/bootstrap"
	  mv "functions/$$function/release-sbom.json" "$(RELEASE)/shopsignal/sbom/$$function.cdx.json"
	done
	find . -name release-sbom.json -not -path './target/*' -delete
	(cd $(RELEASE)/shopsignal && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C $(RELEASE) -cf - shopsignal | gzip -n > $(RELEASE)/shopsignal-$$version-$(ARCH).tar.gz
	(cd $(RELEASE) && sha256sum shopsignal-*.tar.gz > SHA256SUMS && cat SHA256SUMS)
