#!/bin/sh
# Compares the names that the libraries show with the golden list, and the golden list with the headers. And looks whether
# a library that is released still has assertions in it.
# Usage: tests/abi/check.sh LIBRARY_ROOT EMNM [POOL_PREFIX]
set -eu
export LC_ALL=C
root=$1 emnm=$2 prefix=${3:-}
golden=$(dirname "$0")/symbols.txt
wrong=0

# compare WHAT ALLOWED FILE: the names on stdin are those of the file, and besides some that match ALLOWED.
compare() {
  if sort -u | grep -vE "$2" | diff -u --label "golden list" --label "$1" "$3" - >&2; then
    printf 'check-abi: %s shows the %s functions\n' "$1" "$(wc -l <"$3")"
  else
    printf 'check-abi: %s: not what the golden list says\n' "$1" >&2
    wrong=1
  fi
}

names_of() { awk 'NF >= 3 { print $3 }'; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s/.* /$prefix/" "$golden" | sort >"$work/all"

"$(dirname "$0")/list.sh" c/include >"$work/declared"
if ! diff -u "$golden" "$work/declared" >&2; then
  echo 'check-abi: the headers declare something else than the golden list; if that is meant, run "make abi"' >&2
  wrong=1
fi
if ! c/gen/pool_prefix.sh <"$golden" | cmp -s - c/include/pool_prefix.gen.h; then
  echo 'check-abi: pool_prefix.gen.h is stale; run "make abi"' >&2
  wrong=1
fi

nm -D --defined-only "$root/native/libmillrace.so" | names_of | compare libmillrace.so '^$' "$work/all"
nm -g --defined-only "$root/native/libmillrace.a" | names_of | compare libmillrace.a '^$' "$work/all"
"$emnm" -g --defined-only "$root/emscripten/libmillrace.a" | names_of |
  compare 'libmillrace.a (emscripten)' "^${prefix}pool__" "$work/all"
"$emnm" -g --defined-only "$root/emscripten/libmillrace-client.a" | names_of |
  compare 'libmillrace-client.a' '^pool__' "$work/all"
for library in native/libmillrace.so native/libmillrace.a emscripten/libmillrace.a emscripten/libmillrace-client.a; do
  case $library in
    *.so) uses=$(nm -D --undefined-only "$root/$library") ;;
    native/*) uses=$(nm --undefined-only "$root/$library") ;;
    *) uses=$("$emnm" --undefined-only "$root/$library") ;;
  esac
  if printf '%s\n' "$uses" | grep -q __assert; then
    printf 'check-abi: %s: built with assertions, -DNDEBUG is missing\n' "$library" >&2
    wrong=1
  fi
done
exit $wrong
