# Programs outside of the tree, built against what is installed (tests/consumer). Included by the Makefile at the top.

# In Node only: make test-consumer CONSUMER_IN=
CONSUMER_IN ?= chromium firefox

.PHONY: test-consumer
test-consumer: native threads thin npm ## programs outside of the tree, against what is installed, and the package
	@tests/consumer/run.sh $(EMCC) npm/millrace-$(VERSION).tgz $(CONSUMER_IN)
