# Fuzzing by libFuzzer. Included by the Makefile at the top, after tests/unit.mk, whose UNIT_LIBRARY the targets stand on.
#   fuzz   every tests/fuzz/<name>_fuzz.c: first its committed inputs, then FUZZ_SECONDS of new ones, two targets at a time
# New finds are kept in build/fuzz/corpus/<name>, and never in tests/fuzz/corpus.

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 60
FUZZ_DIR := build/fuzz
FUZZ_TARGETS := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_OBJECTS := $(UNIT_LIBRARY:%.c=$(FUZZ_DIR)/%.o)
FUZZ_PROGRAMS := $(FUZZ_TARGETS:tests/fuzz/%.c=$(FUZZ_DIR)/%)
FUZZ_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

$(FUZZ_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@echo 'cc $< (fuzz)'
	@$(FUZZ_CC) $(UNIT_CFLAGS) $(FUZZ_FLAGS) -c $< -o $@

# An archive, so that a target is linked with what it needs only.
$(FUZZ_DIR)/library.a: $(FUZZ_OBJECTS)
	@rm -f $@ && ar rcs $@ $^

$(FUZZ_PROGRAMS): $(FUZZ_DIR)/%: $(FUZZ_DIR)/tests/fuzz/%.o $(FUZZ_DIR)/library.a
	@$(FUZZ_CC) -pthread -fsanitize=fuzzer,address,undefined $(FUZZ_LINK) $^ -lcmocka -o $@

# Their guests wait in a program's steps, not in the kernel.
$(FUZZ_DIR)/wasi_fuzz $(FUZZ_DIR)/handles_fuzz: FUZZ_LINK := -Wl,--wrap=port_wait

##@ Fuzzing (tests/fuzz)

.PHONY: fuzz native-tests
.SECONDARY: $(FUZZ_TARGETS:%.c=$(FUZZ_DIR)/%.o)

fuzz: $(FUZZ_PROGRAMS) ## run every libFuzzer target: make fuzz [FUZZ_SECONDS=60]
	@printf '%s\n' $(FUZZ_PROGRAMS) | FUZZ_SECONDS=$(FUZZ_SECONDS) xargs -P 2 -n 1 tests/fuzz/run.sh

# All that is compiled natively for tests, for those who have more than one core.
native-tests: $(ASAN_PROGRAMS) $(TSAN_PROGRAMS) $(FUZZ_PROGRAMS)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ_TARGETS:%.c=$(FUZZ_DIR)/%.d)
