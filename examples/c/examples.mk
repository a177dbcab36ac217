# The C examples. Included by the Makefile at the top, after c/native.mk, c/thin.mk and c/install.mk.
#   test-examples   builds each and compares what it prints with expected/<name>.txt: natively and in Node with -pthread,
#                   those called *_web in Node with the thin client; then examples/plugin
#   c-page          builds page/, an app of one thread, to build/examples/page
#   test-c-page     runs it in browsers

C_EXAMPLES := examples/c
C_EXAMPLES_BUILD := build/examples/c
C_EXAMPLES_CFLAGS := -std=c11 -O2 -Wall -Wextra -Werror -Ic/include
C_EXAMPLES_NATIVE := $(filter-out %_web,$(patsubst $(C_EXAMPLES)/%.c,%,$(wildcard $(C_EXAMPLES)/*.c)))
C_EXAMPLES_WEB := hello_web pipeline_web files_web instances_web imports_web
C_EXAMPLES_FILES := $(C_EXAMPLES_BUILD)/millrace/.stamp

$(C_EXAMPLES_NATIVE:%=$(C_EXAMPLES_BUILD)/%): $(C_EXAMPLES_BUILD)/%: $(C_EXAMPLES)/%.c $(NATIVE_DIR)/libmillrace.a
	@mkdir -p $(@D)
	@$(NATIVE_CC) $(C_EXAMPLES_CFLAGS) $^ -pthread -o $@

# mimalloc has no lock that all threads share. With emscripten's usual allocator the first thread may have to wait for that
# lock while it clears up after an ended thread, and in Node a program that exits just then ends with an exception.
C_EXAMPLES_THREADS := -pthread -sPROXY_TO_PTHREAD -sEXIT_RUNTIME -sMALLOC=mimalloc -sINITIAL_MEMORY=128MB

# .cjs: this repository's package.json says that a .js is a module.
$(C_EXAMPLES_NATIVE:%=$(C_EXAMPLES_BUILD)/%.cjs): $(C_EXAMPLES_BUILD)/%.cjs: $(C_EXAMPLES)/%.c $(THREADS_LIBRARY)
	@mkdir -p $(@D)
	@echo 'emcc -pthread $<'
	@$(EMCC) $(C_EXAMPLES_CFLAGS) $^ $(C_EXAMPLES_THREADS) -o $@

$(patsubst %,$(C_EXAMPLES_BUILD)/%.cjs,pipeline_web files_web instances_web imports_web): C_EXAMPLES_LINK := -sASYNCIFY
$(C_EXAMPLES_WEB:%=$(C_EXAMPLES_BUILD)/%.cjs): $(C_EXAMPLES_BUILD)/%.cjs: $(C_EXAMPLES)/%.c $(THIN_LIBRARY) $(THIN_JS)
	@mkdir -p $(@D)
	@echo 'emcc $<'
	@$(EMCC) $(C_EXAMPLES_CFLAGS) $< $(THIN_LIBRARY) --js-library $(THIN_JS) $(C_EXAMPLES_LINK) -o $@

# A program finds Millrace's files in millrace/, beside its script.
%/millrace/.stamp: npm/dist/index.js
	@mkdir -p $(@D)
	@cp $(INSTALL_RUNTIME) $(@D)/
	@touch $@

##@ The C examples (examples/c)

.PHONY: c-examples test-examples

# $(call example,name,where,command)
example = timeout 60 $(3) > $(C_EXAMPLES_BUILD)/$(1).out 2> $(C_EXAMPLES_BUILD)/$(1).err && \
    diff -u $(C_EXAMPLES)/expected/$(1).txt $(C_EXAMPLES_BUILD)/$(1).out && echo 'example $(1), $(2): ok' || \
    { cut -c 1-200 $(C_EXAMPLES_BUILD)/$(1).err | tail -n 20; echo 'example $(1), $(2): FAILED'; exit 1; };

c-examples: $(C_EXAMPLES_NATIVE:%=$(C_EXAMPLES_BUILD)/%) $(C_EXAMPLES_NATIVE:%=$(C_EXAMPLES_BUILD)/%.cjs)
c-examples: $(C_EXAMPLES_WEB:%=$(C_EXAMPLES_BUILD)/%.cjs) $(C_EXAMPLES_FILES)

test-examples: c-examples js ## run them, and the one of a plugin, and compare what they print
	@$(foreach name,$(C_EXAMPLES_NATIVE),$(call example,$(name),native,$(C_EXAMPLES_BUILD)/$(name)))
	@$(foreach name,$(C_EXAMPLES_NATIVE),$(call example,$(name),-pthread,node $(C_EXAMPLES_BUILD)/$(name).cjs))
	@$(call example,hello_web,thin client,node $(C_EXAMPLES_BUILD)/hello_web.cjs $(CURDIR)/examples/guests/hello.gen.wasm)
	@$(call example,pipeline_web,thin client,node $(C_EXAMPLES_BUILD)/pipeline_web.cjs $(CURDIR)/examples/guests/)
	@$(call example,files_web,thin client,node $(C_EXAMPLES_BUILD)/files_web.cjs $(CURDIR)/examples/guests/)
	@$(call example,instances_web,thin client,node $(C_EXAMPLES_BUILD)/instances_web.cjs $(CURDIR)/examples/guests/)
	@$(call example,imports_web,thin client,node $(C_EXAMPLES_BUILD)/imports_web.cjs $(CURDIR)/examples/guests/)
	@timeout 60 node examples/plugin/plugin.mjs | diff -u examples/plugin/expected.txt - && echo 'example plugin, Node: ok'

C_PAGE := $(C_EXAMPLES)/page
C_PAGE_BUILD := build/examples/page
C_PAGE_FILES := $(addprefix $(C_PAGE_BUILD)/,page.js index.html style.css guests/sieve.wasm millrace/.stamp)

$(C_PAGE_BUILD)/page.js: $(wildcard $(C_PAGE)/*.[ch]) $(C_PAGE)/page.lib.js $(THIN_LIBRARY) $(THIN_JS)
	@mkdir -p $(@D)
	@echo 'emcc $(C_PAGE)/*.c'
	@$(EMCC) $(C_EXAMPLES_CFLAGS) -O3 $(filter %.c,$^) $(THIN_LIBRARY) --js-library $(THIN_JS) \
	    --js-library $(C_PAGE)/page.lib.js -sENVIRONMENT=web -o $@

$(C_PAGE_BUILD)/index.html $(C_PAGE_BUILD)/style.css: $(C_PAGE_BUILD)/%: $(C_PAGE)/%
	@mkdir -p $(@D)
	@cp $< $@

$(C_PAGE_BUILD)/guests/sieve.wasm: examples/guests/sieve.gen.wasm
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: c-page serve-c-page test-c-page

c-page: $(C_PAGE_FILES) ## build the page in C

serve-c-page: c-page ## serve the page in C, and print its address
	@node tests/browser/server.mjs $(C_PAGE_BUILD) --port 8080

test-c-page: c-page ## run it in the browsers, with screenshots
	@node $(C_PAGE)/page.test.mjs
