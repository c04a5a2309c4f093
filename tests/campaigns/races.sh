#!/bin/sh
# Reads a store from threads and processes beside a writer that seals, merges, sweeps, closes or is
# killed: prints `races N: looks ..., changes ..., violations 0`.
#
#   tests/campaigns/races.sh [ROUNDS] [SEED]      TMPDIR says on which disk
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_RACES="${1:-100}" ANNALS_SEED="${2:-1}"
campaign 'races [0-9]+: looks.*' readers_beside_a_busy_writer
