# The benchmark: bench/README.md. `make bench BENCH="firefox --only pipes"` passes arguments on.

##@ The benchmark (bench)

.PHONY: bench bench-quick

bench: js node_modules/.package-lock.json ## measure in Chromium and Node, or as BENCH says ## run it in Chromium and Node, and write bench/report/
	node bench/run.mjs $(BENCH)

# Looks whether all of it works and gives right results; never at times, so that it can run on a busy machine.
bench-quick: js node_modules/.package-lock.json ## look whether the benchmark works ## only look whether its results are right
	node bench/run.mjs $(BENCH) --quick
