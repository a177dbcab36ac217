# Chaos (tests/chaos): jobs of all kinds, harmed in all ways, over several pools. Included by the Makefile at the top.
#   chaos  a run of its own: another seed each time, which it prints; the same seed makes the same decisions
#   soak   the same for an hour: besides, the memory, threads, descriptors and listeners of the processes must not grow
# Engines run tests/chaos/*.mjs; tests/chaos/native is C over libmillrace, with sanitizers.

ENGINES ?= node chromium firefox webkit
SEED ?=
SECONDS_LONG = $(if $(SECONDS),--seconds $(SECONDS))
SOAK_MINUTES ?= 60
SOAK_SECONDS ?= 60
SOAK_ENGINES ?= node chromium

CHAOS_OPERATIONS ?= 2000
CHAOS_C := $(wildcard tests/chaos/native/*.c)
CHAOS_LENGTH = $(if $(SECONDS),--seconds $(SECONDS),--operations $(CHAOS_OPERATIONS))

$(ASAN_DIR)/chaos: $(CHAOS_C:%.c=$(ASAN_DIR)/%.o) $(ASAN_OBJECTS)
	@$(UNIT_CC) -pthread $(ASAN_FLAGS) $^ -lcmocka -o $@

$(TSAN_DIR)/chaos: $(CHAOS_C:%.c=$(TSAN_DIR)/%.o) $(TSAN_OBJECTS)
	@$(TSAN_CC) -pthread $(TSAN_FLAGS) $^ -lcmocka -o $@

-include $(CHAOS_C:%.c=$(ASAN_DIR)/%.d) $(CHAOS_C:%.c=$(TSAN_DIR)/%.d)

.PHONY: chaos soak test-chaos test-chaos-jspi test-soak test-chaos-native chaos-native
chaos-native: $(ASAN_DIR)/chaos $(TSAN_DIR)/chaos

chaos: js ## chaos in every engine: make chaos [SEED=N] [SECONDS=N] [ENGINES="node chromium firefox webkit"]
	node tests/chaos/run.mjs $(if $(SEED),--seed $(SEED)) $(SECONDS_LONG) $(ENGINES)

soak: js ## and for an hour each: make soak [SOAK_MINUTES=60] [SEED=1] [ENGINES=…]
	@for engine in $(ENGINES); do \
	    node tests/chaos/run.mjs --seed $(or $(SEED),1) --seconds $$(($(SOAK_MINUTES) * 60)) $$engine || exit 1; \
	done

test-chaos: js ## the short run of CI: as many operations in every engine, from one seed
	node tests/chaos/self-test.mjs
	node tests/chaos/run.mjs --seed 1 --rounds 12 $(ENGINES)

test-chaos-jspi: js setup-node26 ## the same, shorter, in the tier "jspi": another share of the same seed's decisions
	$(NODE_JSPI) tests/chaos/run.mjs --tier jspi --seed 1 --rounds 5 node
	node tests/chaos/run.mjs --tier jspi --seed 2 --rounds 4 chromium firefox

test-soak: js ## CI's soak: long enough to see a trend, in the engines that collect all garbage when they are told to
	node tests/chaos/run.mjs --seed 1 --seconds $(SOAK_SECONDS) $(SOAK_ENGINES)

test-chaos-native: chaos-native ## chaos over libmillrace: [SEED=N] [CHAOS_OPERATIONS=2000 | SECONDS=N]
	$(ASAN_DIR)/chaos --seed $(or $(SEED),1) $(CHAOS_LENGTH)
	$(TSAN_DIR)/chaos --seed $(or $(SEED),1) $(CHAOS_LENGTH)
