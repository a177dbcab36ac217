# Rust on the main thread: the crate (bindings-js/rust), and the apps on it (examples/dioxus, examples/yew). Included by the
# Makefile at the top. Who has no cargo is told so, and nothing else is different.
#   rust-built   the crate's scenarios and the apps, built for browsers, into build/rust
#   test-rust    the sources and documentation of the crate; its scenarios, in Node and browsers; the apps

.PHONY: rust-built test-rust

rust-built: js setup-languages ## build the Rust apps for browsers
	@tests/rust/build.sh

test-rust: js setup-browsers setup-languages setup-node26 ## the Rust crate, its documentation, and the apps on it
	@tests/rust/test.sh
