# The packed package in everybody's stack (tests/stacks). Included by the Makefile at the top.
#   test-stacks-light   what needs nothing installed: no bundler, esbuild, Node, workers, frames, policies; and three that do,
#                       which are installed once a machine: webpack, Vite, Jest
#   test-stacks         all of them: make test-stacks [STACKS="vite next" STACKS_OPTIONS="--verbose"]. What has passed once
#                       on a machine is not run there again until the package or a stack changes. When all have passed, it
#                       writes tests/stacks/passed.gen.json: commit that
#   test-stacks-heavy   what test-stacks-light leaves out, unless tests/stacks/passed.gen.json says that it has passed with this
#                       very package. On a machine that has none of it installed it takes three to five minutes

STACKS ?= light heavy
STACKS_OPTIONS ?= --once

.PHONY: test-stacks test-stacks-light test-stacks-heavy

test-stacks-light: npm setup-browsers
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz light often $(STACKS_OPTIONS)

test-stacks-heavy: npm setup-browsers
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz seldom --unless-recorded --minutes 18 $(STACKS_OPTIONS)

test-stacks: npm setup-browsers ## the packed package in everybody's stack; writes the record that CI compares with
	node tests/stacks/run.mjs npm/millrace-$(VERSION).tgz $(STACKS) --record $(STACKS_OPTIONS)
