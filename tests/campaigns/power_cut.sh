#!/bin/sh
# Cuts file systems off under a busy writer (as root): prints `power cuts N on Ext4: ... lost 0,
# violations 0`, and the same for Xfs.
#
#   tests/campaigns/power_cut.sh [CUTS] [SEED]      TMPDIR says where the images are
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_CUTS="${1:-100}" ANNALS_SEED="${2:-1}"
campaign 'power cuts [0-9]+ on.*|SKIPPED.*' --test-threads 1 a_power_cut
