# Builds build/wasm/coordinator.wasm: one bare module for every thread, without any JavaScript of emscripten's.
# Included by the Makefile at the top, which has set TOOLCHAIN_* and CFLAGS_STRICT.

WASM_DIR := build/wasm
WASM_FOLDERS := core sync fs wasi api client coordinator worker inside
WASM_SOURCES := $(foreach folder,$(WASM_FOLDERS),$(wildcard c/$(folder)/*.c)) c/port/wasm.c
WASM_OBJECTS := $(WASM_SOURCES:c/%.c=$(WASM_DIR)/%.o)
WASM_FEATURES := --enable-threads --enable-bulk-memory --enable-mutable-globals
WASM_NDEBUG := -DNDEBUG
WASM_MORE := # further objects, see tests/asserting.mk
WASM_CFLAGS := -std=c11 -O3 $(WASM_NDEBUG) -sWASM_WORKERS -mbulk-memory -fvisibility=hidden -Ic -Ic/include
EXPORTS := $(shell cat c/exports.txt)
comma := ,
empty :=
space := $(empty) $(empty)

# The heap's limit is chosen by whoever makes the memory, so the module accepts any.
# emscripten_lock_init keeps the constructor of the first thread's thread-local block alive, which nothing else refers to.
WASM_LDFLAGS := -O1 -sWASM_WORKERS -sIMPORTED_MEMORY --no-entry -sMALLOC=mimalloc -sALLOW_MEMORY_GROWTH -sWASM_BIGINT \
    -sMAXIMUM_MEMORY=4GB -sINITIAL_MEMORY=1MB -sSTACK_SIZE=64KB -sENVIRONMENT=worker -sFILESYSTEM=0 \
    -Wl,--export-table -Wl,--growable-table \
    --js-library=c/port/wasm_imports.js \
    -sEXPORTED_FUNCTIONS=$(subst $(space),$(comma),$(EXPORTS:%=_%)),__emscripten_wasm_worker_initialize$(comma)_emscripten_lock_init

$(WASM_DIR)/%.o: c/%.c $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@echo 'emcc $<'
	@$(EMCC) $(WASM_CFLAGS) $(CFLAGS_STRICT) -MMD -MP -c $< -o $@

$(WASM_DIR)/linked.wasm: $(WASM_OBJECTS) c/exports.txt c/port/wasm_imports.js
	@echo 'link $@'
	@$(EMCC) $(WASM_LDFLAGS) $(WASM_OBJECTS) $(WASM_MORE) -o $(WASM_DIR)/linked.mjs

# What nobody asked for (malloc's many names) goes again, so that the exports are exactly those of exports.txt.
$(WASM_DIR)/exports.json: c/exports.txt c/export_graph.mjs
	@node c/export_graph.mjs < $< > $@

$(WASM_DIR)/coordinator.wasm: $(WASM_DIR)/linked.wasm $(WASM_DIR)/exports.json
	@echo 'optimise $@'
	@$(TOOLCHAIN_BIN)/wasm-metadce --graph-file $(WASM_DIR)/exports.json $(WASM_FEATURES) $< -o $(WASM_DIR)/kept.wasm > /dev/null
	@$(WASM_OPT) -O3 $(WASM_FEATURES) --strip-target-features $(WASM_DIR)/kept.wasm -o $@

$(WASM_DIR)/%.wasm: c/worker/%.wat $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@$(WASM_AS) --enable-multimemory $(WASM_FEATURES) $< -o $@

-include $(WASM_OBJECTS:.o=.d)

# What the bindings must know of the C side: as the compiler sees it, for wasm32.
build/gen/layout.gen.ts: c/gen/emit_layout.c $(wildcard c/*/*.h) c/gen/run_wasi.mjs $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D) $(WASM_DIR)
	@$(WASI_CC) $(WASI_CFLAGS) -O1 -std=c11 -matomics -mbulk-memory -Ic -Ic/include $< -o $(WASM_DIR)/emit_layout.wasm
	@node --no-warnings c/gen/run_wasi.mjs $(WASM_DIR)/emit_layout.wasm > $@

build/gen/copiers.gen.ts: $(WASM_DIR)/copier.wasm $(WASM_DIR)/trampoline.wasm c/gen/embed.mjs
	@mkdir -p $(@D)
	@node c/gen/embed.mjs copierBytes=$(WASM_DIR)/copier.wasm trampolineBytes=$(WASM_DIR)/trampoline.wasm > $@
