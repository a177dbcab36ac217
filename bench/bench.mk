# The benchmark: bench/README.md. `make bench BENCH="firefox --only pipes"` passes arguments on.

.PHONY: bench bench-quick

bench: js node_modules/.package-lock.json ## measure in Chromium and Node, or as BENCH says
	node bench/run.mjs $(BENCH)

# Looks whether all of it works and gives right results; never at times, so that it can run on a busy machine.
bench-quick: js node_modules/.package-lock.json ## look whether the benchmark works
	node bench/run.mjs $(BENCH) --quick
