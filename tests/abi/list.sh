#!/bin/sh
# Prints the functions that the public headers declare, in order, each after the header that declares it.
# Usage: tests/abi/list.sh INCLUDE_DIR
set -eu

for header in pool.h pool_guest.h; do
  printf '#include "%s"\n' "$header" | ${CC:-cc} -E -P -I"$1" -x c - | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*visibility("default"))) *//p' | grep -o '[a-z_]* *(' | grep '^pool_' | tr -d ' (' |
    LC_ALL=C sort -u | sed "s/^/$header /"
done
