# Installs Millrace for C programs.
#   install              the library for Linux
#   install-emscripten   those for emscripten programs, and in share/millrace the files that a page with the thin client
#                        serves beside its script, as the folder `millrace/`
#   uninstall            removes what both installed
# PREFIX and DESTDIR are as everywhere; with POOL_PREFIX=acme_ all functions are acme_pool_*.
# Included by the Makefile at the top, after c/native.mk and c/thin.mk.

PREFIX ?= /usr/local
INSTALL_INCLUDE = $(DESTDIR)$(PREFIX)/include
INSTALL_LIB = $(DESTDIR)$(PREFIX)/lib
INSTALL_WEB = $(INSTALL_LIB)/emscripten
INSTALL_SHARE = $(DESTDIR)$(PREFIX)/share/millrace

INSTALL_HEADERS := $(wildcard c/include/*.h)
INSTALL_SCRIPTS := npm/dist/thin.js npm/dist/thin.node.js
INSTALL_RUNTIME := $(DIST_FILES) $(INSTALL_SCRIPTS)
INSTALL_ARCHIVES := $(THREADS_LIBRARY) $(THIN_LIBRARY) $(THIN_JS)

INSTALLED = $(INSTALL_HEADERS:c/include/%=$(INSTALL_INCLUDE)/%) \
    $(addprefix $(INSTALL_LIB)/,libmillrace.a libmillrace.so libmillrace.so.$(SOVERSION) pkgconfig/millrace.pc) \
    $(addprefix $(INSTALL_WEB)/,$(notdir $(INSTALL_ARCHIVES)) pkgconfig/millrace.pc pkgconfig/millrace-client.pc) \
    $(addprefix $(INSTALL_SHARE)/,$(notdir $(INSTALL_RUNTIME)))
INSTALL_FOLDERS = $(INSTALL_WEB)/pkgconfig $(INSTALL_WEB) $(INSTALL_LIB)/pkgconfig $(INSTALL_SHARE)

# $(call install_pc,template,file)
install_pc = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@DEFINE@|$(LIBRARY_PREFIX)|' \
    -e 's| *$$||' c/pkgconfig/$(1) > $(2)

$(INSTALL_SCRIPTS): npm/dist/index.js ;

##@ Install it

.PHONY: install install-headers install-emscripten uninstall

install: native install-headers ## for Linux programs: make install [PREFIX=/usr/local DESTDIR= POOL_PREFIX=acme_]
	@install -d $(INSTALL_LIB)/pkgconfig
	@install -m 644 $(NATIVE_DIR)/libmillrace.a $(INSTALL_LIB)/
	@install -m 755 $(NATIVE_DIR)/libmillrace.so.$(SOVERSION) $(INSTALL_LIB)/
	@ln -sf libmillrace.so.$(SOVERSION) $(INSTALL_LIB)/libmillrace.so
	@$(call install_pc,millrace.pc.in,$(INSTALL_LIB)/pkgconfig/millrace.pc)

install-headers:
	@install -d $(INSTALL_INCLUDE)
	@install -m 644 $(INSTALL_HEADERS) $(INSTALL_INCLUDE)/

install-emscripten: $(INSTALL_ARCHIVES) $(INSTALL_RUNTIME) install-headers ## for emscripten programs, the same way
	@install -d $(INSTALL_WEB)/pkgconfig $(INSTALL_SHARE)
	@install -m 644 $(INSTALL_ARCHIVES) $(INSTALL_WEB)/
	@install -m 644 $(INSTALL_RUNTIME) $(INSTALL_SHARE)/
	@$(call install_pc,emscripten-millrace.pc.in,$(INSTALL_WEB)/pkgconfig/millrace.pc)
	@$(call install_pc,emscripten-millrace-client.pc.in,$(INSTALL_WEB)/pkgconfig/millrace-client.pc)

uninstall: ## remove what both installed
	@rm -f $(INSTALLED)
	@rmdir --ignore-fail-on-non-empty $(wildcard $(INSTALL_FOLDERS)) 2> /dev/null || true
