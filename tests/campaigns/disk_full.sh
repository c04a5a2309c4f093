#!/bin/sh
# Fills small file systems of many sizes (as root): prints `disk full on Tmpfs: sizes N ...
# violations 0`, and the same for Ext4.
#
#   tests/campaigns/disk_full.sh [SIZES]      TMPDIR says where the images are
set -eu
. "$(dirname "$0")/figure.sh"
export ANNALS_SIZES="${1:-40}"
campaign 'disk full on.*|SKIPPED.*' --test-threads 1 a_full_
