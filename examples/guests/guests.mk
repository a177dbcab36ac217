# The example guests: builds each to a committed examples/guests/**/<name>.gen.wasm.
#
#   make guests          builds them and puts them into examples/guests
#   make check-guests    builds them and compares them with the ones that are there
#
# Included by the Makefile at the top, after build/toolchain.mk. The .gen.wasm files are the target of no rule, so whoever
# only uses them needs no compiler.

GUESTS_DIR := examples/guests
GUESTS_BUILD := build/guests

# The four ways; README.md tells which guest goes which.
GUESTS_WASI := wordcount mandelbrot rpc bulk lines stages digest terminal crossing files hostcall adder bytes \
    misbehaving/echoargs misbehaving/huge
GUESTS_EMSCRIPTEN := sieve greet
GUESTS_WAT := cat counter hello logger values $(sort $(patsubst $(GUESTS_DIR)/%.wat,%,$(wildcard $(GUESTS_DIR)/misbehaving/*.wat)))
GUESTS_RUST := rust/diary rust/ask rust/text
GUESTS := $(GUESTS_WASI) $(GUESTS_EMSCRIPTEN) $(GUESTS_WAT) $(GUESTS_RUST)

GUESTS_CFLAGS := -std=c11 -O2 -Wall -Wextra -Wconversion -Wshadow -Werror
GUESTS_BUILT := $(GUESTS:%=$(GUESTS_BUILD)/%.wasm)
# A newer toolchain makes other bytes of the same source.
GUESTS_NEED := $(GUESTS_DIR)/guests.mk build/toolchain.mk $(TOOLCHAIN_STAMP)

##@ The example guests (examples/guests)

.PHONY: guests guests-built check-guests

guests-built: $(GUESTS_BUILT)

# Only what differs is replaced: an unchanged guest keeps its time, and what depends on it is not made again.
guests: $(GUESTS_BUILT) ## build them anew
	@for guest in $(GUESTS); do \
	    cmp -s $(GUESTS_BUILD)/$$guest.wasm $(GUESTS_DIR)/$$guest.gen.wasm && continue; \
	    install -m 644 $(GUESTS_BUILD)/$$guest.wasm $(GUESTS_DIR)/$$guest.gen.wasm && \
	    printf 'guests: %s.gen.wasm is new\n' "$$guest" || exit 1; \
	done

check-guests: $(GUESTS_BUILT) ## fail if one is not what its source gives
	@wrong=0; for guest in $(GUESTS); do \
	    cmp -s $(GUESTS_BUILD)/$$guest.wasm $(GUESTS_DIR)/$$guest.gen.wasm && continue; wrong=1; \
	    printf 'check-guests: $(GUESTS_DIR)/%s.gen.wasm is not what its source gives\n' "$$guest" >&2; \
	done; \
	[ $$wrong = 0 ] || { printf 'check-guests: run "make guests" and commit the result\n' >&2; exit 1; }
	@printf 'check-guests: all $(words $(GUESTS)) are what their sources give\n'

.PHONY: setup-languages test-languages
setup-languages: ## Rust, Zig, AssemblyScript and Go, for guests in them
	@c/toolchain/setup.sh --languages

test-languages: js setup-languages ## compile the guests in those (examples/guests/host), and run them on the pool
	@ZIG=$(ZIG) ASC=$(ASC) node examples/guests/host/try.mjs all

.PHONY: test-guest-crate
test-guest-crate: ## the crate millrace-guest: tests, examples, clippy, documentation, packing
ifeq ($(shell command -v cargo),)
	@echo 'there is no cargo: the crate millrace-guest is compiled by its guests only'
else
	@$(GUESTS_DIR)/rust/check.sh
endif

# clang runs the wasm-opt that it finds, so ours has to be found first.
$(GUESTS_WASI:%=$(GUESTS_BUILD)/%.wasm): $(GUESTS_BUILD)/%.wasm: $(GUESTS_DIR)/%.c $(GUESTS_NEED)
	@mkdir -p $(@D)
	@echo 'guest $<'
	@PATH="$(TOOLCHAIN_BIN):$$PATH" $(WASI_CC) $(WASI_CFLAGS) $(GUESTS_CFLAGS) $(filter %.c,$^) -o $@ $(WASI_LDFLAGS)

# rpc and digest have a second source.
$(GUESTS_BUILD)/rpc.wasm $(GUESTS_BUILD)/digest.wasm: $(GUESTS_DIR)/rpc_json.c $(GUESTS_DIR)/rpc_json.h

# Those that know their host, and those that are no commands.
GUESTS_KNOWING := hostcall bytes
GUESTS_LIBRARIES := adder bytes
$(GUESTS_KNOWING:%=$(GUESTS_BUILD)/%.wasm): c/include/pool_guest.h c/include/pool_guest_link.h
$(GUESTS_KNOWING:%=$(GUESTS_BUILD)/%.wasm): private GUESTS_CFLAGS += -Ic/include
$(GUESTS_LIBRARIES:%=$(GUESTS_BUILD)/%.wasm): private GUESTS_CFLAGS += -mexec-model=reactor

$(GUESTS_EMSCRIPTEN:%=$(GUESTS_BUILD)/%.wasm): $(GUESTS_BUILD)/%.wasm: $(GUESTS_DIR)/%.c $(GUESTS_NEED)
	@mkdir -p $(@D)
	@echo 'guest $<'
	@$(EMCC) $(GUESTS_CFLAGS) -sSTANDALONE_WASM $< -o $@

$(GUESTS_WAT:%=$(GUESTS_BUILD)/%.wasm): $(GUESTS_BUILD)/%.wasm: $(GUESTS_DIR)/%.wat $(GUESTS_NEED)
	@mkdir -p $(@D)
	@echo 'guest $<'
	@$(WAT2WASM) $(WAT_FLAGS) $< -o $@

# What wat2wasm takes only when it is told to.
$(GUESTS_BUILD)/misbehaving/catcher.wasm $(GUESTS_BUILD)/misbehaving/importcatcher.wasm: private WAT_FLAGS := --enable-exceptions
$(GUESTS_BUILD)/misbehaving/sharedmemory.wasm: private WAT_FLAGS := --enable-threads

# Rust, by the compiler alone, as cargo would; the flags are those of the release profile in rust/Cargo.toml.
RUST_DIR := $(GUESTS_DIR)/rust
RUST_NEED := $(wildcard $(RUST_DIR)/src/*.rs $(RUST_DIR)/src/bin/*.rs $(RUST_DIR)/millrace-guest/src/*.rs) $(RUST_DIR)/millrace-guest/README.md \
    $(GUESTS_DIR)/guests.mk $(RUSTC)
RUST_FLAGS := --edition 2024 -C opt-level=s -C codegen-units=1 -C panic=abort
RUST_LINKED := $(RUST_FLAGS) -C lto -C strip=symbols
RUST_CRATE = $(GUESTS_BUILD)/rust/$(1)/libmillrace_guest.rlib
RUST_BUILT := $(foreach target,wasm32-wasip1 wasm32-unknown-unknown,$(call RUST_CRATE,$(target)))

$(RUSTC):
	@c/toolchain/setup.sh --languages

$(RUST_BUILT): $(GUESTS_BUILD)/rust/%/libmillrace_guest.rlib: $(RUST_NEED)
	@mkdir -p $(@D)
	@$(RUSTC) $(RUST_FLAGS) --target $* --crate-type rlib --crate-name millrace_guest --cfg 'feature="alloc"' --cfg 'feature="std"' \
	    $(RUST_DIR)/millrace-guest/src/lib.rs -o $@

$(GUESTS_BUILD)/rust/diary.wasm $(GUESTS_BUILD)/rust/ask.wasm: $(GUESTS_BUILD)/rust/%.wasm: $(call RUST_CRATE,wasm32-wasip1)
	@echo 'guest $(RUST_DIR)/src/bin/$*.rs'
	@$(RUSTC) $(RUST_LINKED) --target wasm32-wasip1 --extern millrace_guest=$< $(RUST_DIR)/src/bin/$*.rs -o $@

$(GUESTS_BUILD)/rust/text.wasm: $(call RUST_CRATE,wasm32-unknown-unknown)
	@echo 'guest $(RUST_DIR)/src/text.rs'
	@$(RUSTC) $(RUST_LINKED) --target wasm32-unknown-unknown --crate-type cdylib --extern millrace_guest=$< $(RUST_DIR)/src/text.rs -o $@

# Go, whose files are too large to be committed: built where there is a Go, for the scenarios, which are left out elsewhere. Go
# itself keeps what it compiles in the user's cache.
GUESTS_GO := $(GUESTS_BUILD)/go.wasm

.PHONY: guests-go
ifneq ($(wildcard $(GO)),)
guests-go: $(GUESTS_GO)
else
guests-go:
	@echo 'there is no Go: its guest is not built, and its scenarios are left out (make setup-languages fetches one)'
endif

$(GUESTS_GO): $(GUESTS_DIR)/go/main.go $(GUESTS_DIR)/go/go.mod $(GUESTS_DIR)/guests.mk
	@mkdir -p $(@D)
	@echo 'guest $<'
	@cd $(GUESTS_DIR)/go && GOOS=wasip1 GOARCH=wasm GOTOOLCHAIN=local GOFLAGS= $(GO) build -trimpath -buildvcs=false -ldflags='-s -w' -o $(abspath $@) .
