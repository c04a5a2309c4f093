#!/bin/sh
# Kills followers with one cursor file at random moments while a process with 8 threads appends,
# which is killed after every fifth: prints `follow kills N: lost 0, twice 0`.
#
#   tests/campaigns/follow.sh [KILLS] [SEED]      TMPDIR says on which disk
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_KILLS="${1:-20}" ANNALS_SEED="${2:-1}"
campaign 'follow kills [0-9]+: lost [0-9]+, twice [0-9]+|events [0-9]+, lines.*' \
    followers_that_are_killed
