#!/bin/sh
# Kills followers with one cursor file at random moments while a process with 8 threads appends,
# which is killed after every fifth: prints `follow kills N: lost 0, twice 0`.
#
#   tests/campaigns/follow.sh [KILLS] [SEED]      TMPDIR says on which disk
set -eu
cd "$(dirname "$0")/../.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ANNALS_KILLS=${1:-20} ANNALS_SEED=${2:-1} \
    cargo test --quiet --release --test campaigns -- followers_that_are_killed >"$output" 2>&1
then
    grep -o -e 'follow kills [0-9]*: lost [0-9]*, twice [0-9]*' -e 'events [0-9]*, lines.*' "$output"
else
    cat "$output"
    exit 1
fi
