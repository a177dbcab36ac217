#!/usr/bin/env bash
# Has Spin try every interleaving of each model, and then break each model in every way that it names: a check that does
# not find a break is no check.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Exits with 0 if Spin finds nothing wrong with model $1 under the definitions that follow.
holds() {
  local model=$1
  shift
  (cd "$work" && spin "$@" -a "$OLDPWD/$model.pml" > /dev/null && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m1000000 > pan.log) || return 2
  grep -q 'errors: 0' "$work/pan.log"
}

verify() {
  local model=$1 passed=0
  shift
  for capacity in 1 2 4; do
    holds "$model" "-DCAPACITY=$capacity" || { cat "$work/pan.log"; echo "verify: $model does not hold" >&2; return 1; }
  done
  echo "$model holds: $(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' "$work/pan.log") states"
  for break in "$@"; do
    if holds "$model" -DCAPACITY=4 "-D$break"; then echo "verify: $model does not notice $break" >&2; return 1; fi
    echo "$model finds $break: $(grep -m1 -o 'assertion violated.*\|invalid end state' "$work/pan.log")"
  done
}

verify pipe NO_SECOND_LOOK LOOK_BEFORE_PUBLISH SILENT_CLOSE ENDS_LAST HALF_ONLY
verify kill NO_TURN BLIND_RETURN KILL_ANYWHERE
verify sched NO_LAST_LOOK MARK_STAYS LOOK_BEFORE_PUSH KEEPS_IT
