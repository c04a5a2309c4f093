#!/usr/bin/env bash
# Fuzzes every target with libFuzzer: prints `fuzz TARGET: N executions in S s, crashes 0` for each,
# and at the end the sum. An input that crashes is kept and named.
#
#   tests/campaigns/fuzz.sh [SECONDS] [TARGET...]     600 seconds and all targets without arguments
#
# Needs a nightly toolchain and cargo-fuzz (`cargo install cargo-fuzz`). ANNALS_JOBS targets run
# at once (1 without it). The corpus grows in fuzz/corpus, which is not kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
shift || true
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "SKIPPED: fuzz.sh needs a nightly toolchain and cargo-fuzz" >&2
    exit 0
fi
# What is built: all of them by one command, or those that are named.
targets=("$@") built=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cargo +nightly fuzz list)
    built=("")
fi
# Without a sanitizer: the only unsafe code of the engine is the memory map, which no target uses.
options="--features libfuzzer,lake --sanitizer none --debug-assertions"
CARGO_TARGET_DIR="$PWD/target" \
    cargo run --quiet --manifest-path fuzz/Cargo.toml --features lake --example seeds -- fuzz/corpus
for target in "${built[@]}"; do
    # shellcheck disable=SC2086 # Options are several words, here and below.
    cargo +nightly fuzz build $options $target
done
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

fuzz() {
    local target=$1 report="$reports/$1" crashes=0
    # shellcheck disable=SC2086
    cargo +nightly fuzz run $options "$target" -- \
        -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        >"$report" 2>&1 || crashes=1
    local executions
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$report" | tail -1)
    echo "fuzz $target: ${executions:-0} executions in $seconds s, crashes $crashes" |
        tee -a "$reports/figures"
    if [ "$crashes" -ne 0 ]; then
        tail -40 "$report" >&2
    fi
}
export -f fuzz
export reports seconds options
printf '%s\n' "${targets[@]}" | xargs -P "${ANNALS_JOBS:-1}" -I{} bash -c 'fuzz {}'
awk '{ executions += $3; crashes += $NF }
    END { print "fuzz: " NR " targets, " executions " executions, crashes " crashes; exit crashes > 0 }' \
    "$reports/figures"
