#!/bin/sh
# Exports 30,000,000 events as CSV and 1,100,000 as XLSX, and reads both back with Python alone:
# prints rows, MB/s, peak memory and sheets of each, and `violations 0`.
#
#   tests/campaigns/export.sh [PART]      PART: only the PART-th of the rows (default 1: all)
#
# ANNALS_PROGRAM names a program that is built already. The store takes some 100 bytes an event,
# the CSV some 500; TMPDIR says where. ANNALS_FOLDER names a folder that is kept, with its store.
set -eu
cd "$(dirname "$0")/../.."
if [ -z "${ANNALS_PROGRAM:-}" ]; then
    cargo build --quiet --release --bin annals
    ANNALS_PROGRAM="${CARGO_TARGET_DIR:-target}/release/annals"
fi
exec python3 tests/campaigns/export.py "$ANNALS_PROGRAM" "${1:-1}"
