# For the scripts beside this one, which begin with `. "$(dirname "$0")/figure.sh"`.

cd "$(dirname "$0")/../.."

# figure PATTERN COMMAND...: runs the command and prints what of its output matches the extended
# regular expression; the whole output, and exit code 1, where it fails.
figure() {
    pattern=$1
    shift
    output=$(mktemp)
    trap 'rm -f "$output"' EXIT
    if "$@" >"$output" 2>&1; then
        grep -oE "$pattern" "$output"
    else
        cat "$output"
        exit 1
    fi
}

# campaign PATTERN ARGUMENTS...: the same for a test of `tests/campaigns`.
campaign() {
    pattern=$1
    shift
    figure "$pattern" cargo test --quiet --release --test campaigns -- "$@"
}
