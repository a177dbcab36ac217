# A public suite of WASI programs (tests/conformance), which is not part of this repository.

##@ Conformance (tests/conformance)

.PHONY: conformance
conformance: js ## WASI programs here and on rivals: make conformance SUITE=wasi-testsuite [IN="node chromium …"] [TIER=jspi]
	$(if $(filter jspi,$(TIER)),$(NODE_JSPI),node) tests/conformance/run.mjs $(if $(SUITE),--suite $(SUITE)) $(if $(TIER),--tier $(TIER)) $(IN)
