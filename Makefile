# Millrace. `make help` lists what can be done.

.DEFAULT_GOAL := next
.DELETE_ON_ERROR:

VERSION := $(shell sed -n 's/.*"version": "\(.*\)".*/\1/p' npm/package.json)
CFLAGS_STRICT := -Wall -Wextra -Wundef -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
NODE_MODULES := node_modules/.package-lock.json
TOOLCHAIN_STAMP := build/.toolchain
BINDINGS := $(wildcard bindings-js/src/*.ts bindings-js/src/*/*.ts)
GEN_FILES := bindings-js/src/shared/layout.gen.ts bindings-js/src/worker/copiers.gen.ts
DIST_FILES := $(addprefix coordinator-dist/,coordinator.wasm coordinator.js coordinator.node.mjs worker.js worker.node.mjs cell.js cell.node.mjs)

include build/toolchain.mk
include c/coordinator.mk
include c/native.mk
include c/thin.mk
include c/install.mk
include tests/unit.mk
include tests/thin.mk
include tests/consumer.mk
include tests/fuzz.mk
include tests/hammer.mk
include tests/chaos.mk
include tests/asserting.mk
include tests/conformance.mk
include tests/jspi.mk
include tests/stacks.mk
include tests/rust.mk
include examples/guests/guests.mk
include examples/c/examples.mk
include examples/demo/demo.mk
include npm/docs/docs.mk
include bench/bench.mk

build/toolchain.mk: c/toolchain/env.sh c/toolchain/versions.sh
	@mkdir -p build
	@c/toolchain/env.sh --make > $@

##@ Use it

.PHONY: next
next:
	@printf '%s\n' 'Millrace. What to do next:' \
	    '  make run                    run a word counter on the pool, in Node' \
	    '  make demo                   serve the demo page' \
	    '  make npm                    pack the package' \
	    '  make test-one NAME=pipe     build and run one suite, in under a minute' \
	    '  make check                  all of CI' \
	    '  make help                   everything that can be made'

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' Makefile $(filter %.mk,$(MAKEFILE_LIST))

.PHONY: run
run: js ## run a WASI program on the pool: make run [GUEST=path.wasm ARGS="…" < input]
ifdef GUEST
	@node npm/dist/cli.js run --verbose $(GUEST) -- $(ARGS)
else
	@node npm/dist/cli.js run --verbose examples/guests/wordcount.gen.wasm -- -n 5 < ARCHITECTURE.md
endif

##@ Build it

.PHONY: js
js: npm/dist/index.js ## build the JavaScript, with the committed coordinator-dist

$(NODE_MODULES): package-lock.json package.json
	@npm ci --silent --no-audit --no-fund >&2
	@touch $@

npm/dist/index.js: $(BINDINGS) npm/build.mjs $(DIST_FILES) $(NODE_MODULES)
	@rm -rf npm/dist && node npm/build.mjs npm/dist index thin cells plugin inline require && cp $(DIST_FILES) npm/dist/
	@node npm/build-cli.mjs npm/dist

PACKAGE := npm/millrace-$(VERSION).tgz

.PHONY: npm
npm: $(PACKAGE) ## pack the package: npm/millrace-<version>.tgz

# A file, so that parts of CI that run beside each other do not pack it anew under each other's hands.
$(PACKAGE): npm/dist/index.js npm/types.mjs npm/package.json npm/README.md LICENSE $(wildcard npm/*/package.json npm/docs/pages/*.md npm/docs/pages/*/*.md) \
    npm/c-files.mjs $(THIN_SOURCES) $(THIN_JS) $(wildcard c/thin/*.h c/core/*.h c/include/*.h)
	@rm -rf build/types && node node_modules/typescript/bin/tsc -p bindings-js --outDir build/types
	@node npm/types.mjs build/types npm/dist
	@cp LICENSE npm/
	@rm -rf npm/c && node npm/c-files.mjs npm/c $(THIN_SOURCES) $(THIN_JS)
	@rm -f npm/*.tgz && cd npm && npm pack --silent

.PHONY: dist
dist: build/dist/MANIFEST.json ## build coordinator-dist/ anew from C and TypeScript
	@cp build/dist/* coordinator-dist/

build/dist/MANIFEST.json: $(WASM_DIR)/coordinator.wasm $(BINDINGS) npm/build.mjs npm/manifest.mjs $(NODE_MODULES)
	@rm -rf build/dist && mkdir -p build/dist && cp $< build/dist/
	@node npm/build.mjs build/dist coordinator
	@node npm/manifest.mjs build/dist c/toolchain/versions.sh > $@

.PHONY: gen
gen: build/gen/layout.gen.ts build/gen/copiers.gen.ts ## write the *.gen.ts of the bindings anew
	@for file in $(GEN_FILES); do cp build/gen/$${file##*/} $$file; done

.PHONY: clean
clean: ## remove all that was built
	@rm -rf build npm/dist npm/c npm/*.tgz npm/LICENSE

##@ Set it up (done by itself where it is needed)

$(TOOLCHAIN_STAMP): c/toolchain/setup.sh c/toolchain/versions.sh
	@c/toolchain/setup.sh --wasm
	@mkdir -p build && touch $@

.PHONY: setup-native
setup-native: ## what the native tests and checks need, from Debian
	@c/toolchain/setup.sh --native

.PHONY: setup-browsers
setup-browsers: ## Chromium, Firefox and WebKit, from Debian
	@tests/browser/install.sh

.PHONY: setup-node26
setup-node26: ## a Node that can suspend wasm, for the tests of the tier "jspi"
	@c/toolchain/setup.sh --node26

##@ Test it

.PHONY: test-one
test-one: ## one suite: make test-one NAME=pipe, or for scenarios and the thin client NAME=files [IN=firefox]
	@node tests/check/one.mjs '$(NAME)' $(IN)

.PHONY: test
test: ## everything that runs: C natively, scenarios in Node and three browsers, the package, the C builds, the pages
	@node tests/check/run.mjs tests

.PHONY: test-node
test-node: js guests-go ## the scenarios in Node, and what other realms there make
	node tests/run-node.mjs
	node tests/realms.mjs
	node tests/parts.mjs

.PHONY: test-browsers
test-browsers: js guests-go setup-browsers ## the scenarios in browsers: make test-browsers [BROWSERS="chromium firefox webkit"]
	node tests/run-browsers.mjs $(BROWSERS)

.PHONY: test-package
test-package: npm ## the packed package, in an empty project
	tests/package/test.sh npm/millrace-$(VERSION).tgz

.PHONY: verify
verify: setup-native ## model-check the pipe, the kill and who is woken, and that the models notice when they are broken
	@tests/model/verify.sh
	@bench/ways/2-rings/spin.sh

# By one make, so that no two of the parts that follow build the same thing at once.
.PHONY: gen-built build-all
gen-built: build/gen/layout.gen.ts build/gen/copiers.gen.ts

build-all: $(TOOLCHAIN_STAMP) $(NODE_MODULES)
	@$(MAKE) --no-print-directory -j$(shell nproc) js gen-built guests-built guests-go native-tests native threads thin thin-tests \
	    c-page demo-files c-examples hammers chaos-native build/dist/MANIFEST.json
	@$(MAKE) --no-print-directory npm

.PHONY: check
check: ## all of CI, independent parts beside each other: make check [PARTS="test-node lint"]
	@node tests/check/run.mjs $(PARTS)

##@ Keep it in order

C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')
JS_FILES = $(shell git ls-files --cached --others --exclude-standard '*.mjs' '*.js' '*.ts' ':!*.gen.ts' ':!coordinator-dist')

.PHONY: format
format: $(NODE_MODULES) ## format C, TypeScript and JavaScript
	@clang-format -i $(C_FILES)
	@node_modules/.bin/prettier --log-level warn --write $(JS_FILES)

.PHONY: check-format
check-format: $(NODE_MODULES) ## fail if a file is not formatted
	@clang-format --dry-run -Werror $(C_FILES)
	@node_modules/.bin/prettier --log-level warn --check $(JS_FILES)

.PHONY: lint
lint: $(NODE_MODULES) ## types and lint rules
	@node node_modules/typescript/bin/tsc -p bindings-js --noEmit
	@node_modules/.bin/eslint --max-warnings 0 .

.PHONY: check-architecture
check-architecture: $(NODE_MODULES) ## includes point downwards and in no circle, sources have tests, functions fit on a screen
	@node tests/check/architecture.mjs

.PHONY: check-faults
check-faults: ## fail if tests/FAULTS.md names a test that is not there
	@node tests/check/faults.mjs

.PHONY: check-gen
check-gen: build/gen/layout.gen.ts build/gen/copiers.gen.ts ## fail if generated sources are stale
	@for file in $(GEN_FILES); do cmp build/gen/$${file##*/} $$file || { echo 'run "make gen"' >&2; exit 1; }; done

.PHONY: check-dist
check-dist: build/dist/MANIFEST.json ## fail if coordinator-dist/ is not, byte for byte, what the sources give
	@diff -rq build/dist coordinator-dist || { echo 'run "make dist"' >&2; exit 1; }
