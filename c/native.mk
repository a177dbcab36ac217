# Builds the libraries that run C functions on threads of their own:
#   build/native/libmillrace.a, libmillrace.so     for Linux
#   build/emscripten/libmillrace.a                 for programs that emscripten builds with -pthread
# With POOL_PREFIX=acme_ they are made in build/prefixed/acme_/ instead, and their functions are acme_pool_*.
# Included by the Makefile at the top, which has set TOOLCHAIN_* and CFLAGS_STRICT.

POOL_PREFIX ?=
LIBRARY_ROOT := build$(POOL_PREFIX:%=/prefixed/%)
LIBRARY_PREFIX := $(POOL_PREFIX:%=-DPOOL_PREFIX=%)
LIBRARY_FOLDERS := core sync fs api client coordinator native
LIBRARY_SOURCES := $(foreach folder,$(LIBRARY_FOLDERS),$(wildcard c/$(folder)/*.c)) c/worker/worker.c c/port/native.c
LIBRARY_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -DNDEBUG -fvisibility=hidden -pthread -Ic -Ic/include $(LIBRARY_PREFIX)
ABI_SYMBOLS := tests/abi/symbols.txt

SOVERSION := 0
NATIVE_CC ?= gcc
OBJCOPY ?= objcopy
NATIVE_DIR := $(LIBRARY_ROOT)/native
NATIVE_OBJECTS := $(LIBRARY_SOURCES:c/%.c=$(NATIVE_DIR)/%.o)
NATIVE_CFLAGS := $(LIBRARY_CFLAGS) -fPIC -fno-semantic-interposition $(CFLAGS)
NATIVE_LDFLAGS := -shared -pthread -Wl,-soname,libmillrace.so.$(SOVERSION) -Wl,-z,defs -Wl,-Bsymbolic-functions $(LDFLAGS)
NATIVE_LIBRARIES := $(NATIVE_DIR)/libmillrace.a $(NATIVE_DIR)/libmillrace.so

$(NATIVE_DIR)/%.o: c/%.c
	@mkdir -p $(@D)
	@echo 'cc $<'
	@$(NATIVE_CC) $(NATIVE_CFLAGS) $(CFLAGS_STRICT) -MMD -MP -c $< -o $@

# One object, in which all but the functions of pool.h are local: nothing of ours can collide with a program's names.
$(NATIVE_DIR)/libmillrace.a: $(NATIVE_OBJECTS)
	@$(LD) -r $^ -o $(@D)/millrace.o
	@$(OBJCOPY) --localize-hidden $(@D)/millrace.o
	@rm -f $@ && $(AR) rcs $@ $(@D)/millrace.o

$(NATIVE_DIR)/libmillrace.so.$(SOVERSION): $(NATIVE_OBJECTS)
	@$(NATIVE_CC) $^ $(NATIVE_LDFLAGS) -o $@

$(NATIVE_DIR)/libmillrace.so: $(NATIVE_DIR)/libmillrace.so.$(SOVERSION)
	@ln -sf $(<F) $@

THREADS_DIR := $(LIBRARY_ROOT)/emscripten
THREADS_OBJECTS := $(LIBRARY_SOURCES:c/%.c=$(THREADS_DIR)/threads/%.o)
THREADS_NAMES := $(THREADS_DIR)/threads/internal_names.h
THREADS_LIBRARY := $(THREADS_DIR)/libmillrace.a

$(THREADS_DIR)/threads/%.o: c/%.c $(THREADS_NAMES)
	@mkdir -p $(@D)
	@echo 'emcc -pthread $<'
	@$(EMCC) $(LIBRARY_CFLAGS) $(CFLAGS_STRICT) -include $(THREADS_NAMES) -MMD -MP -c $< -o $@

# wasm objects have no local names for what several of them share, so the sources are compiled once to see what there is
# and once more with other names for it. A folder at a time: emcc takes long to begin.
$(THREADS_NAMES): $(LIBRARY_SOURCES) $(ABI_SYMBOLS) c/gen/internal_names.sh $(TOOLCHAIN_STAMP)
	@rm -rf $(@D)/names
	@for folder in $(sort $(foreach source,$(LIBRARY_SOURCES),$(word 2,$(subst /, ,$(source))))); do \
	    echo "names of c/$$folder"; mkdir -p $(@D)/names/$$folder && cd $(@D)/names/$$folder || exit 1; \
	    $(EMCC) $(subst -Ic,-I$(CURDIR)/c,$(LIBRARY_CFLAGS)) -UPOOL_PREFIX -O0 -c \
	        $$(printf '%s\n' $(abspath $(LIBRARY_SOURCES)) | grep "/c/$$folder/") || exit 1; \
	    cd $(CURDIR); \
	done
	@$(TOOLCHAIN_BIN)/emnm --defined-only --extern-only $(@D)/names/*/*.o | \
	    c/gen/internal_names.sh $(ABI_SYMBOLS) '$(POOL_PREFIX)' > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

# Made anew each time, or an object that is no more would stay in it.
$(THREADS_LIBRARY): $(THREADS_OBJECTS)
	@rm -f $@
	@$(EMAR) rcs $@ $^

##@ The C libraries

.PHONY: native threads check-compilers check-static check-abi abi

native: $(NATIVE_LIBRARIES) ## build libmillrace for Linux: make native [POOL_PREFIX=acme_]

threads: $(THREADS_LIBRARY) ## build libmillrace for emscripten programs with -pthread

# gcc and clang warn of different things. Nothing is kept.
check-compilers: ## compile all C sources with gcc and clang, every warning an error
	@for cc in gcc clang; do \
	    printf '%s\n' $(filter-out c/port/wasm.c c/thin/% c/gen/%,$(wildcard c/*/*.c)) | \
	        xargs -P 2 -I{} $$cc $(LIBRARY_CFLAGS) $(CFLAGS_STRICT) -c {} -o /dev/null || exit 1; \
	    printf 'check-compilers: %s has nothing to say\n' $$cc; \
	done

# emscripten's headers come after the system's: only those that the system does not have are found there.
STATIC_SOURCES := $(filter-out c/port/wasm.c,$(wildcard c/*/*.c))
STATIC_FLAGS = -std=c11 -D_GNU_SOURCE -pthread -Ic -Ic/include \
    -idirafter $$($(TOOLCHAIN_BIN)/em-config CACHE)/sysroot/include

check-static: $(TOOLCHAIN_STAMP) ## clang-tidy and cppcheck, every finding an error
	@flags="$(STATIC_FLAGS)"; printf '%s\n' $(STATIC_SOURCES) | \
	    xargs -P 2 -n 1 sh -c 'clang-tidy --quiet "$$@" -- '"$$flags"' 2> /dev/null' tidy
	@cppcheck --quiet -j 2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    -D_GNU_SOURCE -Ic -Ic/include $(STATIC_SOURCES)
	@printf 'check-static: clang-tidy and cppcheck have nothing to say\n'

check-abi: native threads thin ## fail if a library shows other names than the headers declare
	@tests/abi/check.sh $(LIBRARY_ROOT) $(TOOLCHAIN_BIN)/emnm '$(POOL_PREFIX)'

abi: ## accept what the headers declare now: write the golden list and pool_prefix.gen.h anew
	@CC=$(NATIVE_CC) tests/abi/list.sh c/include > $(ABI_SYMBOLS)
	@c/gen/pool_prefix.sh < $(ABI_SYMBOLS) > c/include/pool_prefix.gen.h

-include $(NATIVE_OBJECTS:.o=.d) $(THREADS_OBJECTS:.o=.d)
