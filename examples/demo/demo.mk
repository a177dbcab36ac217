# The demo. Included by the Makefile at the top.
#   demo        builds it, serves it and prints its address
#   test-demo   runs it in the browsers

DEMO_GUESTS := $(foreach guest,sieve mandelbrot stages digest,examples/guests/$(guest).gen.wasm)

##@ The demo (examples/demo)

.PHONY: demo demo-files test-demo

demo-files: js node_modules/.package-lock.json $(DEMO_GUESTS)
	node examples/demo/build.mjs

demo: demo-files ## build it, serve it, print its address
	node examples/demo/serve.mjs

test-demo: demo-files ## run it in the browsers, with screenshots
	node examples/demo/demo.test.mjs
