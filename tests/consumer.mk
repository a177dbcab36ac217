# Programs outside of the tree, built against what is installed (tests/consumer). Included by the Makefile at the top.

# In Node only: make test-consumer CONSUMER_IN=
CONSUMER_IN ?= chromium firefox

.PHONY: test-consumer
test-consumer: native threads thin js ## programs outside of the tree, against what is installed, and the package
	@rm -rf build/consumer && mkdir -p build/consumer/package
	@cp -r npm/dist npm/package.json npm/README.md build/consumer/package/
	@node npm/c-files.mjs build/consumer/package/c $(THIN_SOURCES) $(THIN_JS)
	@cd build/consumer && npm pack --silent ./package > /dev/null
	@tests/consumer/run.sh $(EMCC) build/consumer/millrace-$(VERSION).tgz $(CONSUMER_IN)
