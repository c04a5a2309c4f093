#!/bin/sh
# Fills small file systems of many sizes (as root): prints `disk full on Tmpfs: sizes N ...
# violations 0`, and the same for Ext4.
#
#   tests/campaigns/disk_full.sh [SIZES]      TMPDIR says where the images are
set -eu
cd "$(dirname "$0")/../.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ANNALS_SIZES=${1:-40} \
    cargo test --quiet --release --test campaigns -- --test-threads 1 a_full_ >"$output" 2>&1
then
    grep -o -e 'disk full on.*' -e 'SKIPPED.*' "$output"
else
    cat "$output"
    exit 1
fi
