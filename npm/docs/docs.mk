# The documentation (npm/docs). Included by the Makefile at the top.
#   docs         builds the site, serves it and prints its address
#   docs-build   builds it into build/docs/dist, for any server of static files: make docs-build [DOCS_BASE=/millrace/]
#   test-docs    builds it, which fails on a dead link, and runs every snippet in it

DOCS_BASE ?= /

##@ The documentation (npm/docs)

.PHONY: docs docs-build setup-docs test-docs

setup-docs: ## what builds the site, and the web servers whose configurations it shows
	@node npm/docs/tools/install.mjs

docs-build: $(NODE_MODULES) setup-docs ## build the site into build/docs/dist
	node npm/docs/tools/build.mjs --base $(DOCS_BASE)

docs: docs-build ## build the site, serve it, print its address
	node npm/docs/tools/serve.mjs --base $(DOCS_BASE)

test-docs: docs-build npm setup-browsers ## build the site, and run every snippet in it
	node npm/docs/snippets/run.mjs npm/millrace-$(VERSION).tgz
