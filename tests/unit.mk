# Native unit tests. Included by the Makefile at the top, which has set CFLAGS_STRICT.
#   test-unit   every tests/unit/*/*_test.c, each a program of its own, with AddressSanitizer and UndefinedBehaviorSanitizer
#   test-tsan   the threaded ones, with ThreadSanitizer
# A failing program hides nothing: all run, and the names of those that failed come last. A lost wake-up is a program that
# never ends: UNIT_SECONDS ends it.

UNIT_CC ?= gcc
TSAN_CC ?= clang
UNIT_SECONDS ?= 120
UNIT_FOLDERS := core sync fs wasi api client coordinator worker native
UNIT_LIBRARY := $(foreach folder,$(UNIT_FOLDERS),$(wildcard c/$(folder)/*.c)) c/port/native.c \
    $(filter-out %/failing_alloc.c,$(wildcard tests/support/*.c))
# A test is in the folder of the source that it is named for; those that are about no single source are in `together`.
UNIT_TESTS := $(wildcard tests/unit/*/*_test.c)
TSAN_TESTS := $(wildcard tests/unit/*/*_threads_test.c)
UNIT_CFLAGS := -std=c11 -D_GNU_SOURCE -g -O1 $(CFLAGS_STRICT) -Ic -Ic/include -Itests -pthread -MMD -MP

ASAN_DIR := build/native-asan
ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN_OBJECTS := $(UNIT_LIBRARY:%.c=$(ASAN_DIR)/%.o)
ASAN_PROGRAMS := $(UNIT_TESTS:%.c=$(ASAN_DIR)/%)

TSAN_DIR := build/native-tsan
TSAN_FLAGS := -fsanitize=thread
TSAN_OBJECTS := $(UNIT_LIBRARY:%.c=$(TSAN_DIR)/%.o)
TSAN_PROGRAMS := $(TSAN_TESTS:%.c=$(TSAN_DIR)/%)

$(ASAN_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@echo 'cc $<'
	@$(UNIT_CC) $(UNIT_CFLAGS) $(ASAN_FLAGS) -c $< -o $@

$(ASAN_PROGRAMS): %: %.o $(ASAN_OBJECTS)
	@$(UNIT_CC) -pthread $(ASAN_FLAGS) $^ $(LINK_FLAGS) -lcmocka -o $@

# What only one of the programs is linked with.
POSIX_OBJECTS := $(patsubst %.c,$(ASAN_DIR)/%.o,$(wildcard tests/posix/*.c))
$(ASAN_DIR)/tests/unit/together/posix_pipe_test: $(POSIX_OBJECTS)
$(ASAN_DIR)/tests/unit/together/alloc_failure_test: $(ASAN_DIR)/tests/support/failing_alloc.o
$(ASAN_DIR)/tests/unit/together/alloc_failure_test: LINK_FLAGS := \
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=aligned_alloc,--wrap=pthread_create

$(TSAN_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@echo 'cc $< (threads)'
	@$(TSAN_CC) $(UNIT_CFLAGS) $(TSAN_FLAGS) -c $< -o $@

$(TSAN_PROGRAMS): %: %.o $(TSAN_OBJECTS)
	@$(TSAN_CC) -pthread $(TSAN_FLAGS) $^ -lcmocka -o $@

# $(call run_each,programs)
define run_each
@failed=; for program in $(1); do \
    echo; echo "== $$program"; \
    timeout $(UNIT_SECONDS) $$program || { echo "FAILED with status $$?"; failed="$$failed $$program"; }; \
done; \
if [ -n "$$failed" ]; then echo; echo "failed:$$failed"; exit 1; fi
endef

##@ The C unit tests (tests/unit)

.PHONY: test-unit test-tsan
.SECONDARY: $(UNIT_TESTS:%.c=$(ASAN_DIR)/%.o) $(TSAN_TESTS:%.c=$(TSAN_DIR)/%.o)

test-unit: $(ASAN_PROGRAMS) ## with AddressSanitizer and UndefinedBehaviorSanitizer
	$(call run_each,$^)

test-tsan: export TSAN_OPTIONS ?= halt_on_error=0:second_deadlock_stack=1
test-tsan: $(TSAN_PROGRAMS) ## the threaded ones, with ThreadSanitizer
	$(call run_each,$^)

-include $(POSIX_OBJECTS:.o=.d) $(ASAN_DIR)/tests/support/failing_alloc.d
-include $(ASAN_OBJECTS:.o=.d) $(ASAN_PROGRAMS:=.d) $(TSAN_OBJECTS:.o=.d) $(TSAN_PROGRAMS:=.d)
