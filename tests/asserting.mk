# The scenarios on a coordinator.wasm that asserts. What is released has no assertions, so elsewhere only native tests see
# those of c/wasi and c/worker, and those that guests could bring about. Included by the Makefile at the top.

ASSERTING_WASM_DIR := build/wasm-asserting
ASSERTING_DIST := build/dist-asserting

$(ASSERTING_WASM_DIR)/assert_fail.o: tests/asserting/assert_fail.c $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@$(EMCC) $(WASM_CFLAGS) -c $< -o $@

.PHONY: test-asserting
test-asserting: js $(ASSERTING_WASM_DIR)/assert_fail.o ## the scenarios in Node, with assertions in coordinator.wasm
	@$(MAKE) --no-print-directory WASM_DIR=$(ASSERTING_WASM_DIR) WASM_NDEBUG= \
	    WASM_MORE=$(ASSERTING_WASM_DIR)/assert_fail.o $(ASSERTING_WASM_DIR)/coordinator.wasm
	@rm -rf $(ASSERTING_DIST) && cp -r npm/dist $(ASSERTING_DIST) && echo '{"type": "module"}' > $(ASSERTING_DIST)/package.json
	@cp $(ASSERTING_WASM_DIR)/coordinator.wasm $(ASSERTING_DIST)/
	node tests/run-node.mjs --dist $(ASSERTING_DIST)
