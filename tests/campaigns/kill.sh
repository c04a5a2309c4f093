#!/bin/sh
# Kills writers at random moments and looks what is left: prints `kills N: lost 0, twice 0`.
#
#   tests/campaigns/kill.sh [KILLS] [SEED]      TMPDIR says on which disk
set -eu
cd "$(dirname "$0")/../.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ANNALS_KILLS=${1:-200} ANNALS_SEED=${2:-1} \
    cargo test --quiet --release --test campaigns -- --test-threads 2 kills_lose_nothing \
    >"$output" 2>&1
then
    grep -o 'kills [0-9]*: lost [0-9]*, twice [0-9]*' "$output"
else
    cat "$output"
    exit 1
fi
