#!/bin/sh
# Reads a store from threads and processes beside a writer that seals, merges, sweeps, closes or is
# killed: prints `races N: looks ..., changes ..., violations 0`.
#
#   tests/campaigns/races.sh [ROUNDS] [SEED]      TMPDIR says on which disk
set -eu
cd "$(dirname "$0")/../.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ANNALS_RACES=${1:-100} ANNALS_SEED=${2:-1} \
    cargo test --quiet --release --test campaigns -- readers_beside_a_busy_writer >"$output" 2>&1
then
    grep -o 'races [0-9]*: looks.*' "$output"
else
    cat "$output"
    exit 1
fi
