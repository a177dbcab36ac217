# The packed package in everybody's stack (tests/stacks). Included by the Makefile at the top.
#   test-stacks-light   what needs nothing installed: no bundler, esbuild, Node, workers, frames, policies
#   test-stacks         all of them, with bundlers and frameworks out of the registry; skipped where the very same package
#                       has passed in CI before: make test-stacks [STACKS="vite8 next"]

STACKS ?= light heavy

.PHONY: test-stacks test-stacks-light

test-stacks-light: npm setup-browsers
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz light

test-stacks: npm setup-browsers setup-node26 ## the packed package in everybody's stack
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz $(STACKS)
