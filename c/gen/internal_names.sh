#!/bin/sh
# Prints a header that renames what several sources share, so that it cannot collide with a program's own names in an
# archive where nothing can be hidden: everything but the functions of pool.h begins with `pool__` then.
# Usage: c/gen/internal_names.sh tests/abi/symbols.txt POOL_PREFIX < (output of nm --defined-only --extern-only)
exec awk -v public="$1" -v prefix="$2" '
  BEGIN { while ((getline line < public) > 0) { split(line, words, " "); is_public[words[2]] = 1 } }
  NF < 3 || $3 in is_public { next }
  $3 !~ /^pool__/ { print "#define " $3 " " prefix "pool__" $3; next }
  prefix != "" { print "#define " $3 " " prefix $3 }
' | LC_ALL=C sort -u
