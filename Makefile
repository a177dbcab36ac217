CFLAGS_STRICT := -Wall -Wextra -Wundef -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
include build/toolchain.mk
build/toolchain.mk: c/toolchain/env.sh c/toolchain/versions.sh
	@mkdir -p build
	c/toolchain/env.sh --make > $@
TOOLCHAIN_STAMP :=
include c/coordinator.mk
