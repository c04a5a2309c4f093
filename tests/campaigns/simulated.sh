#!/bin/sh
# Campaigns on the simulated disk: prints the figure of one of them.
#
#   tests/campaigns/simulated.sh crash_points           every small world, every crash point
#   tests/campaigns/simulated.sh recoveries [COUNT]     power losses during recovery, three deep
#   tests/campaigns/simulated.sh faults                 every operation of five scenarios fails
#   tests/campaigns/simulated.sh misdirected [COUNT]    writes that land elsewhere
#   tests/campaigns/simulated.sh planted                mistakes planted in the engine
#
# A case that fails is one line: `ANNALS_SEED=... cargo test --lib a_case_by_its_seed` runs it
# again. ANNALS_CARGO adds options of cargo, such as --release.
set -eu
. "$(dirname "$0")/figure.sh"
case ${1:-} in
crash_points)
    export ANNALS_PARTS=1
    test=all_small_worlds_keep figure='worlds .*: violations' ;;
recoveries)
    export ANNALS_RECOVERIES="${2:-10000}"
    test=recoveries_that_are_interrupted figure='interrupted recoveries .*: violations' ;;
faults)
    export ANNALS_STRIDE=1
    test=no_failing_operation_of_five figure='faults .*: false acknowledgements' ;;
misdirected)
    export ANNALS_CASES="${2:-10000}"
    test=misdirected_writes_are_found figure='misdirected writes .*' ;;
planted)
    test=every_planted_mistake figure='planted mistakes: .*' ;;
*)
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2 ;;
esac
# shellcheck disable=SC2086 # Options are several words.
figure "$figure.*" cargo test --quiet ${ANNALS_CARGO:-} --lib -- "$test" --nocapture
