# A public suite of WASI programs (tests/conformance), which is not part of this repository.

##@ Conformance (tests/conformance)

.PHONY: conformance
conformance: js ## WASI programs here and on rivals: make conformance SUITE=wasi-testsuite [IN="node chromium …"]
	node tests/conformance/run.mjs $(if $(SUITE),--suite $(SUITE)) $(IN)
