#!/bin/sh
# Changes every byte of every kind of file of small stores ten ways, cuts them at every length, swaps,
# removes and replaces files: prints `damage: ...: panics 0, wrong 0, peak memory N MiB`.
#
#   tests/campaigns/damage.sh [SAMPLE] [SEED]      SAMPLE: so many changes of each store, else all
#
# All are millions, an hour or two on one core: ANNALS_DAMAGE_PART=K/N tries the K-th of N equal parts of
# them, so that several processes, or several days, share them.
set -eu
. "$(dirname "$0")/figure.sh"
if [ -n "${1:-}" ]; then
    export ANNALS_DAMAGE=sample ANNALS_DAMAGE_SAMPLE="$1"
else
    export ANNALS_DAMAGE=full
fi
export ANNALS_SEED="${2:-1}"
campaign 'damage: .*' --test-threads 1 damage_is_found
