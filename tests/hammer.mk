# The hammer (tests/hammer): many pipes at once, every byte checked. Included by the Makefile at the top.
#   test-hammer         natively, with ThreadSanitizer
#   test-hammer-inside  inside coordinator.wasm, in Node and in browsers

HAMMER_MIB ?= 1024
HAMMER_DIR := build/hammer
HAMMER_C := $(wildcard tests/hammer/hammer.c tests/hammer/inside.c)
HAMMER_OBJECTS := $(HAMMER_C:%.c=$(HAMMER_DIR)/%.o)
HAMMER_EXPORTS := hammer_start hammer_result hammer_text
HAMMER_NATIVE := $(foreach folder,core sync fs api client coordinator native,$(wildcard c/$(folder)/*.c)) \
    c/worker/worker.c c/port/native.c

$(HAMMER_DIR)/native: tests/hammer/hammer.c tests/hammer/native.c $(HAMMER_NATIVE) $(wildcard c/*/*.h tests/hammer/*.h)
	@mkdir -p $(@D)
	@$(TSAN_CC) $(filter-out -MMD -MP,$(UNIT_CFLAGS)) -O2 $(TSAN_FLAGS) $(filter %.c,$^) -o $@

$(HAMMER_DIR)/%.o: %.c $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@$(EMCC) $(WASM_CFLAGS) -Itests $(CFLAGS_STRICT) -MMD -MP -c $< -o $@

$(WASM_DIR)/hammer.wasm: $(WASM_OBJECTS) $(HAMMER_OBJECTS) c/exports.txt
	@echo 'link $@'
	@$(EMCC) $(subst -sEXPORTED_FUNCTIONS=,-sEXPORTED_FUNCTIONS=$(subst $(space),$(comma),$(HAMMER_EXPORTS:%=_%))$(comma),$(WASM_LDFLAGS)) \
	    $(WASM_OBJECTS) $(HAMMER_OBJECTS) -o $(HAMMER_DIR)/linked.mjs
	@$(WASM_OPT) -O2 $(WASM_FEATURES) $(HAMMER_DIR)/linked.wasm -o $@

$(HAMMER_DIR)/inside.web.js: $(BINDINGS) $(wildcard tests/hammer/*.ts) tests/hammer/build.mjs $(NODE_MODULES)
	@node tests/hammer/build.mjs $(HAMMER_DIR)

-include $(HAMMER_OBJECTS:.o=.d)

.PHONY: hammers test-hammer test-hammer-inside

hammers: $(HAMMER_DIR)/native $(WASM_DIR)/hammer.wasm $(HAMMER_DIR)/inside.web.js

test-hammer: $(HAMMER_DIR)/native ## the hammer natively, with ThreadSanitizer: make test-hammer [HAMMER_MIB=1024]
	$(HAMMER_DIR)/native $(HAMMER_MIB)

test-hammer-inside: $(WASM_DIR)/hammer.wasm $(HAMMER_DIR)/inside.web.js js ## and inside coordinator.wasm: [HAMMER_IN="node chromium …"]
	node tests/hammer/run.mjs --mib $(HAMMER_MIB) $(HAMMER_IN)
