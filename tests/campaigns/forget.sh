#!/bin/sh
# Appends events with random markers, changes the rules beside the writer, sweeps, and looks for
# the markers of what is past its time in every file of the store: prints `forget rounds N: events E,
# past their time P, left on disk 0`.
#
#   tests/campaigns/forget.sh [ROUNDS] [SEED]      TMPDIR says on which disk
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_ROUNDS="${1:-200}" ANNALS_SEED="${2:-1}"
campaign 'forget rounds [0-9]+: events [0-9]+, past their time [0-9]+, left on disk [0-9]+' \
    no_marker_of_what_is_past_its_time
