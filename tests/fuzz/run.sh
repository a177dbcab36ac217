#!/usr/bin/env bash
#
# Runs one libFuzzer target: run.sh build/fuzz/<name>_fuzz
#
# First the committed inputs and the crashes of earlier runs, each once; then new
# ones for FUZZ_SECONDS.  Prints one line.  What crashes is kept until it crashes
# no more, and its place is printed.

set -euo pipefail

program=$1
seconds=${FUZZ_SECONDS:-60}
name=$(basename "$program" _fuzz)
folder=$(dirname "$program")
seeds=tests/fuzz/corpus/$name
finds=$folder/corpus/$name
crashes=$folder/crashes/$name
log=$folder/$name.log

mkdir -p "$seeds" "$finds" "$crashes"

# Prints why, without libFuzzer's progress, and how to see it again.
fail() {
  grep -Ev '^(#[0-9]+|INFO:|MS:|Running:|Executed |0x|\\|stat::)' "$log" | tail -n 40 >&2 || true
  printf 'fuzz: %s %s; to see it again: %s %s\n' "$name" "$1" "$program" "$2" >&2
  exit 1
}

for seed in "$seeds"/* "$crashes"/*; do
  [ -e "$seed" ] || continue
  "$program" -timeout=10 "$seed" >"$log" 2>&1 || fail 'fails on an input that is known' "$seed"
done

rm -f "$crashes"/* # they crash no more
"$program" -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 \
  -artifact_prefix="$crashes/" "$finds" "$seeds" >"$log" 2>&1 ||
  fail 'found an input that fails' "$(printf '%s ' "$crashes"/*)"

awk -v name="$name" -v seconds="$seconds" '
  / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1) }
  /^stat::number_of_executed_units:/ { runs = $2 }
  END { printf "fuzz: %-12s %9d runs, %6d a second, coverage %d\n", name, runs, runs / (seconds > 0 ? seconds : 1), coverage }
' "$log"
