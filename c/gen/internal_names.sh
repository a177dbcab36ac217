#!/bin/sh
# Prints a header that renames internal symbols, so that every name but those of pool.h begins with `pool__`: an archive
# hides nothing, and its names must not collide with a program's own.
# Usage: c/gen/internal_names.sh tests/abi/symbols.txt POOL_PREFIX < (output of nm --defined-only --extern-only)
exec awk -v public="$1" -v prefix="$2" '
  BEGIN { while ((getline line < public) > 0) { split(line, words, " "); is_public[words[2]] = 1 } }
  NF < 3 || $3 in is_public { next }
  $3 !~ /^pool__/ { print "#define " $3 " " prefix "pool__" $3; next }
  prefix != "" { print "#define " $3 " " prefix $3 }
' | LC_ALL=C sort -u
