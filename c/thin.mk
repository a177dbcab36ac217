# Builds build/emscripten/libmillrace-client.a: pool.h for programs that emscripten builds without threads.
# Included by the Makefile at the top, after c/coordinator.mk and c/native.mk.

THIN_DIR := $(LIBRARY_ROOT)/emscripten
THIN_SOURCES := $(wildcard c/thin/*.c) c/api/volumes.c c/core/error.c c/core/record.c c/core/utf8.c
THIN_OBJECTS := $(THIN_SOURCES:c/%.c=$(THIN_DIR)/thin/%.o)
THIN_LIBRARY := $(THIN_DIR)/libmillrace-client.a
THIN_JS := c/thin/library_millrace.js
THIN_CFLAGS := -std=c11 -O2 $(CFLAGS_STRICT) -fvisibility=hidden -Ic -Ic/include $(LIBRARY_PREFIX)
# The same sources with assertions, for tests only.
THIN_ASSERTING := $(THIN_DIR)/asserting/libmillrace-client.a
THIN_ASSERTING_OBJECTS := $(THIN_SOURCES:c/%.c=$(THIN_DIR)/asserting/%.o)

$(THIN_DIR)/thin/%.o: c/%.c $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@echo 'emcc $<'
	@$(EMCC) $(THIN_CFLAGS) -DNDEBUG -MMD -MP -c $< -o $@

$(THIN_DIR)/asserting/%.o: c/%.c $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@echo 'emcc $< (assertions)'
	@$(EMCC) $(THIN_CFLAGS) -MMD -MP -c $< -o $@

# Made anew each time, or an object that is no more would stay in it.
$(THIN_LIBRARY): $(THIN_OBJECTS)
$(THIN_ASSERTING): $(THIN_ASSERTING_OBJECTS)
$(THIN_LIBRARY) $(THIN_ASSERTING):
	@rm -f $@
	@$(EMAR) rcs $@ $^

.PHONY: thin
thin: $(THIN_LIBRARY) ## build the thin client for emscripten programs

-include $(THIN_OBJECTS:.o=.d) $(THIN_ASSERTING_OBJECTS:.o=.d)
