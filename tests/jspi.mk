# The tier "jspi": pools where memory cannot be shared. Included by the Makefile at the top.
#   test-jspi-node      the scenarios in a Node that can suspend wasm
#   test-jspi-browsers  the scenarios in browsers, on pages without the headers that isolate them
#   test-jspi-pages     what sites that cannot set headers do: tests/jspi

.PHONY: test-jspi test-jspi-node test-jspi-browsers test-jspi-pages

test-jspi: test-jspi-node test-jspi-browsers test-jspi-pages test-chaos-jspi ## the tier "jspi", in Node 26 and on pages without headers

test-jspi-node: js guests-go setup-node26
	$(NODE_JSPI) tests/run-node.mjs --tier jspi

test-jspi-browsers: js guests-go setup-browsers
	node tests/run-browsers.mjs chromium firefox --tier jspi

test-jspi-pages: js setup-browsers
	node tests/jspi/run.mjs
