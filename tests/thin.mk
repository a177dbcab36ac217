# Builds the test programs of the thin client, and runs them in Node and browsers (tests/thin).
# Included by the Makefile at the top, after c/thin.mk.

# The test programs: each source in the ways it can be built. They find the pool's files in `millrace/` beside them.
THIN_TESTS_DIR := $(THIN_DIR)/tests
THIN_TESTS := args_test.plain args_test.asyncify event_test.asyncify event_test.jspi exit_test.plain \
    isolation_test.plain callback_test.plain callback_test.asyncify callback_test.jspi blocking_test.asyncify \
    blocking_test.jspi room_test.plain room_test.asyncify room_test.jspi volumes_test.plain volumes_test.asyncify volumes_test.jspi \
    instances_test.plain instances_test.asyncify instances_test.jspi \
    imports_test.plain imports_test.asyncify imports_test.jspi imports_test.plain-closure import_limits_test.plain import_limits_test.jspi \
    questions_test.plain questions_test.asyncify questions_test.jspi \
    turns_test.plain turns_test.jspi log_test.plain log_test.asyncify log_test.jspi log_test.plain-closure \
    callback_test.plain-closure blocking_test.asyncify-closure blocking_test.jspi-closure event_test.jspi-closure
THIN_MODULES := callback_test.plain-module callback_test.plain-closure-module blocking_test.asyncify-closure-module \
    blocking_test.jspi-closure-module
THIN_TESTS_BUILT := $(THIN_TESTS:%=$(THIN_TESTS_DIR)/%.js) $(THIN_MODULES:%=$(THIN_TESTS_DIR)/%.mjs)
THIN_WAYS := plain asyncify jspi plain-closure asyncify-closure jspi-closure
THIN_MODULE_WAYS := plain-module plain-closure-module asyncify-closure-module jspi-closure-module
# Of a way's name, each part.
THIN_PART_plain :=
THIN_PART_asyncify := -sASYNCIFY
THIN_PART_jspi := -sJSPI
THIN_PART_closure := --closure 1
THIN_PART_module := -sEXPORT_ES6
# Closure's ways link what is released, the others what asserts.
THIN_LIBRARY_OF = $(if $(findstring closure,$(1)),$(THIN_LIBRARY),$(THIN_ASSERTING))
# Where emcc finds Closure: one of npm's, for this machine, which needs no Java.
THIN_CLOSURE = $(abspath $(firstword $(wildcard node_modules/google-closure-compiler-linux*/compiler)))
THIN_LDFLAGS := -O2 -sEXIT_RUNTIME -sALLOW_MEMORY_GROWTH -sENVIRONMENT=web,node -Wno-experimental

# The table of wrong arguments, of which other builds have the same.
$(THIN_TESTS_DIR)/bad_args.o: tests/support/bad_args.c tests/support/bad_args.h c/include/pool.h $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@echo 'emcc $<'
	@$(EMCC) $(THIN_CFLAGS) -Itests -c $< -o $@
$(foreach way,plain asyncify,$(THIN_TESTS_DIR)/args_test.$(way).js): THIN_WITH := $(THIN_TESTS_DIR)/bad_args.o
$(foreach way,plain asyncify,$(THIN_TESTS_DIR)/args_test.$(way).js): $(THIN_TESTS_DIR)/bad_args.o

$(THIN_TESTS_DIR)/%.o: tests/thin/%.c $(wildcard tests/thin/*.h) c/include/pool.h $(TOOLCHAIN_STAMP)
	@mkdir -p $(@D)
	@echo 'emcc $<'
	@$(EMCC) $(THIN_CFLAGS) -Itests -c $< -o $@

# $(call THIN_TEST_RULE,way,suffix)
define THIN_TEST_RULE
$(THIN_TESTS_DIR)/%.$(1).$(2): $(THIN_TESTS_DIR)/%.o $(call THIN_LIBRARY_OF,$(1)) $(THIN_JS) tests/thin.mk $(NODE_MODULES)
	@echo 'link $$@'
	@EM_CLOSURE_COMPILER=$$(THIN_CLOSURE) $$(EMCC) $$(THIN_LDFLAGS) \
	    $$(foreach part,$$(subst -, ,$(1)),$$(THIN_PART_$$(part))) \
	    --js-library $$(THIN_JS) $$< $$(THIN_WITH) $(call THIN_LIBRARY_OF,$(1)) -o $$@
endef
$(foreach way,$(THIN_WAYS),$(eval $(call THIN_TEST_RULE,$(way),js)))
$(foreach way,$(THIN_MODULE_WAYS),$(eval $(call THIN_TEST_RULE,$(way),mjs)))
.SECONDARY: $(foreach test,$(THIN_TESTS),$(THIN_TESTS_DIR)/$(basename $(test)).o)

$(THIN_TESTS_DIR)/millrace: npm/dist/index.js
	@rm -rf $@ && mkdir -p $(@D) && cp -r npm/dist $@
	@echo '{"type": "commonjs"}' > $(@D)/package.json && echo '{"type": "module"}' > $@/package.json

# The same files, but for a script that no worker can be started from.
$(THIN_TESTS_DIR)/millrace-no-worker: $(THIN_TESTS_DIR)/millrace tests/scenarios/no-worker.mjs
	@rm -rf $@ && cp -r $< $@
	@cp tests/scenarios/no-worker.mjs $@/worker.js && cp tests/scenarios/no-worker.mjs $@/worker.node.mjs

.PHONY: thin-tests
thin-tests: $(THIN_TESTS_BUILT) $(THIN_TESTS_DIR)/millrace $(THIN_TESTS_DIR)/millrace-no-worker

.PHONY: test-thin
test-thin: thin-tests ## the thin client: make test-thin [THIN_IN="node chromium firefox webkit"]
	node tests/thin/run.mjs $(THIN_IN)
