#!/bin/sh
# Compares random questions to random stores with brute force: prints `N pairs compared, 0
# differences`, and until then a line for every 5,000.
#
#   tests/campaigns/oracle.sh [PAIRS] [FIRST_SEED]
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_ORACLE_PAIRS="${1:-100000}" ANNALS_ORACLE_FIRST="${2:-0}"
cargo test --quiet --release --test engine -- the_engine_answers --nocapture
