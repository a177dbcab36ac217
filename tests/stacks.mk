# The packed package in everybody's stack (tests/stacks). Included by the Makefile at the top.
#   test-stacks-light   what needs nothing installed: no bundler, esbuild, Node, workers, frames, policies; and three that do,
#                       which are installed once a machine: webpack, Vite, Jest
#   test-stacks         all of them: make test-stacks [STACKS="vite next" STACKS_OPTIONS="--verbose"]. What has passed once
#                       on a machine is not run there again until the package or a stack changes

STACKS ?= light heavy
STACKS_OPTIONS ?= --once

.PHONY: test-stacks test-stacks-light

test-stacks-light: npm setup-browsers
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz light often $(STACKS_OPTIONS)

test-stacks: npm setup-browsers ## the packed package in everybody's stack
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz $(STACKS) $(STACKS_OPTIONS)
