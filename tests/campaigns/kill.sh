#!/bin/sh
# Kills writers at random moments and looks what is left: prints `kills N: lost 0, twice 0`.
#
#   tests/campaigns/kill.sh [KILLS] [SEED]      TMPDIR says on which disk
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_KILLS="${1:-200}" ANNALS_SEED="${2:-1}"
campaign 'kills [0-9]+: lost [0-9]+, twice [0-9]+' --test-threads 2 kills_lose_nothing
