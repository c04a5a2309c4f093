#!/bin/sh
# Cuts file systems off under a busy writer (as root): prints `power cuts N on Ext4: ... lost 0,
# violations 0`, and the same for Xfs.
#
#   tests/campaigns/power_cut.sh [CUTS] [SEED]      TMPDIR says where the images are
set -eu
cd "$(dirname "$0")/../.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ANNALS_CUTS=${1:-100} ANNALS_SEED=${2:-1} \
    cargo test --quiet --release --test campaigns -- --test-threads 1 a_power_cut >"$output" 2>&1
then
    grep -o -e 'power cuts [0-9]* on.*' -e 'SKIPPED.*' "$output"
else
    cat "$output"
    exit 1
fi
