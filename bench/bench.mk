# The benchmark: bench/README.md.
#
#   make bench                                     all rows in all engines, in about 25 minutes; goes on where it was broken off
#   make bench ENGINE="firefox node" ROWS="pipes"  these only; the rest of the report stays as it is
#   make bench BENCH="--baseline DIR"              further options of bench/run.mjs

ENGINE ?=
ROWS ?=
BENCH_GUESTS := build/bench/guests/rpc-asyncify.wasm build/bench/guests/extism.wasm
BENCH_NATIVE := build/bench/native/bench

##@ The benchmark (bench)

.PHONY: bench bench-quick bench-built check-figures figures

bench-built: js setup-native $(BENCH_GUESTS) $(BENCH_NATIVE)

bench: bench-built setup-browsers ## measure, and write bench/report: make bench [ENGINE="chromium node"] [ROWS="ways pipes"]
	node bench/run.mjs $(ENGINE) --rows "$(ROWS)" $(BENCH)

# Looks whether all rows work and give right results, and at a few ratios with a wide margin; never at times.
bench-quick: bench-built ## look whether the benchmark works: every row, small
	node bench/run.mjs $(or $(ENGINE),chromium node native) --rows "$(ROWS)" --quick $(BENCH)

figures: ## write the report's page and the README's figures anew, from bench/report/report.json
	@node bench/figures.mjs

check-figures: $(NODE_MODULES) ## fail if the README's figures or the report's page are not those of bench/report/report.json
	@node bench/figures.mjs --check

# The guest of way 4: only fd_read waits, so only what can be below it is transformed.
build/bench/guests/rpc-asyncify.wasm: examples/guests/rpc.gen.wasm bench/bench.mk $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@$(TOOLCHAIN_BIN)/wasm-opt --asyncify --pass-arg=asyncify-imports@wasi_snapshot_preview1.fd_read -O2 $< -o $@

build/bench/guests/extism.wasm: bench/rivals/extism.wat $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@$(WAT2WASM) $< -o $@

BENCH_NATIVE_SOURCES := $(wildcard bench/native/*.c)
$(BENCH_NATIVE): $(BENCH_NATIVE_SOURCES) $(wildcard bench/native/*.h) $(NATIVE_DIR)/libmillrace.a
	@mkdir -p $(@D)
	@$(NATIVE_CC) -std=c11 -O2 -D_GNU_SOURCE $(CFLAGS_STRICT) -pthread -Ic/include $(BENCH_NATIVE_SOURCES) \
	    $(NATIVE_DIR)/libmillrace.a -luv -o $@
