#!/usr/bin/env bash
# Has Spin find how the ring of this folder hangs, and fails unless it is the interleaving that README.md shows.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp ring.pml "$work"
cd "$work"
spin -a ring.pml > /dev/null
gcc -O1 -DSAFETY -DREACH -o pan pan.c
./pan -i > pan.log # -i: the shortest that there is
grep -q 'invalid end state' pan.log || { echo 'ring.pml: Spin finds nothing, and should' >&2; exit 1; }
spin -t -p ring.pml | sed -n 's/^ *[0-9]*:\tproc *[0-9]* (\([a-z]*\):1) ring.pml:[0-9]* (state [0-9]*)\t\[\(.*\)\]$/\1: \2/p' > trail
while read -r line; do
  grep -qF "$line" "$here/README.md" || { echo "README.md does not show: $line" >&2; exit 1; }
done < trail
echo "ring.pml hangs, in $(wc -l < trail) steps, as README.md shows"
