#!/usr/bin/env bash
# Counts the instructions of whole runs of the program, with callgrind: ingest, seal, opening, and
# one line for each kind of question. Unlike times, the figures do not depend on what else the
# machine does: two runs differ by some 50 instructions in a question and by 0.2 % in ingest.
#
#   tests/campaigns/instructions.sh PROGRAM [--events N] [--json]
#   tests/campaigns/instructions.sh --compare BASE NEW [--events N] [--json]
#
# N is 20,000 without the option, and at least 12,000. A line has the instructions of the run, those
# without the start of the process (of `--version`, the first line), and for ingest and seal the
# latter for each event. With --compare the lines are those of BASE, of NEW, and NEW / BASE, each
# without the start; questions whose answers differ are named, and the exit code is 1. A program
# compared with itself shows the noise. --json: one object a line.
#
# BASE generates the events and makes the store that is asked, so that both programs read the same
# bytes. What they ingest and seal is their own. TMPDIR says where. Needs valgrind; real logs are
# skipped loudly where the folder of ANNALS_DATA (../shared/data without it) has none.
set -euo pipefail

usage() {
    sed -n '2,19s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

programs=() events=20000 json=no compare=no
while [ $# -gt 0 ]; do
    case $1 in
    --compare) compare=yes ;;
    --json) json=yes ;;
    --events) events=${2:?--events takes a number}; shift ;;
    -*) usage ;;
    *) programs+=("$(realpath "$1")") ;;
    esac
    shift
done
case $compare-${#programs[@]} in
no-1 | yes-2) ;;
*) usage ;;
esac
[ "$events" -ge 12000 ] || usage
cd "$(dirname "$0")/../.."
examples=$PWD/docs/examples
data=$(realpath -m "${ANNALS_DATA:-../shared/data}")
if ! command -v valgrind >/dev/null; then
    echo "SKIPPED: instructions.sh needs valgrind" >&2
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Segments of the store that is asked.
SEGMENTS=12
# Events of a tail: so many at most are not sealed when the store is closed.
TAIL=4000
# Events of the real history.
RAILS=20000

base() {
    env -i "${programs[0]}" "$@"
}

# has FILE: whether a real log is there.
has() {
    [ -e "$data/$1" ] && return
    echo "SKIPPED: $data/$1 is not there" >&2
    return 1
}

# The events, and three stores: many segments, the same with a tail of a later time, and the same
# with a profile, whose labels its searches know.
prepare() {
    base generate --seed 1 --events "$events" >events.ndjson
    base generate --seed 2 --events "$TAIL" --start 2026-06-01T00:00:00Z >tail.ndjson
    head -n "$TAIL" events.ndjson >few.ndjson
    split -n "l/$SEGMENTS" -d events.ndjson part-
    for part in part-*; do
        base import --store segments "$part" >import.json
        base seal --store segments >seal.json
    done
    cp -R segments tailed
    base import --store tailed tail.ndjson >import.json
    cp -R segments labelled
    { echo 'profiles = ["calendly"]'; cat segments/store.toml; } >labelled/store.toml
    if has git_rails.ndjson.gz; then
        # `head` ends before `zcat` does.
        { zcat "$data/git_rails.ndjson.gz" || true; } 2>zcat.txt | head -n "$RAILS" >rails.ndjson
    fi
    base facets --store segments --by actor.email --top 0 --format json >actors.json
    grep -oE '[^"]+@[^"]+' actors.json >actors
    frequent=$(sed -n 1p actors)
    rare=$(tail -1 actors)
    # The surname and number of an actor: a word that few events have.
    rare_word=${rare%%@*}
    rare_word=${rare_word##*.}
    id=$(one_of id)
    request=$(one_of context.request_id)
}

# one_of PATH: the value of an event from the middle.
one_of() {
    base search --store segments --to 2026-02-15 --limit 1 --format csv --columns "$1" 2>csv.txt |
        sed -n 2p
}

# count NAME EVENTS COMMAND...: runs the program under callgrind and adds a line to the figures.
# EVENTS is 0 where the figure is not one for each event.
count() {
    local name=$1 of=$2 collected
    shift 2
    if ! env -i valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file=callgrind.txt \
        ./annals "$@" >answer.txt 2>error.txt; then
        echo "$name: annals $* failed" >&2
        cat error.txt callgrind.txt >&2
        exit 1
    fi
    collected=$(sed -n 's/.*Collected : //p' callgrind.txt)
    if [ -z "$collected" ]; then
        echo "$name: callgrind gave no figure" >&2
        cat callgrind.txt >&2
        exit 1
    fi
    printf '%s\t%s\t%s\n' "$name" "$collected" "$of" >>figures
}

# ask NAME STORE COMMAND...: the same for a question, whose answer is kept.
ask() {
    local name=$1 store=$2 command=$3
    shift 3
    count "$name" 0 "$command" --store "now/$store" "$@"
    printf '%s: %s\n' "$name" "$(cksum <answer.txt)" >>answers
}

# measure PROGRAM NUMBER: all lines of a program, into `figures.NUMBER`.
measure() {
    rm -rf annals now figures answers
    # Under one name and in one folder, whichever program it is.
    cp "$1" annals
    mkdir now
    cp -R segments tailed labelled now
    count 'start of the process' 0 --version
    ingest
    opening
    browsing
    searching
    counting
    operators
    tails
    labels
    scopes
    mv figures "figures.$2"
    # How a query was answered has its times in it.
    grep -v '^explain' answers >"answers.$2"
}

ingest() {
    count "import, unsealed ($TAIL)" "$TAIL" import --store now/few few.ndjson
    count "seal ($TAIL)" "$TAIL" seal --store now/few
    count "import and seal ($events)" "$events" import --store now/all events.ndjson
    count "compact ($events)" "$events" compact --store now/segments
    rm -rf now/segments
    cp -R segments now
    if [ -e rails.ndjson ]; then
        count "import and seal, git_rails ($RAILS)" "$RAILS" \
            import --store now/rails --from json --map "$examples/git_rails.toml" rails.ndjson
    fi
    if has google_workspace.ndjson; then
        count 'import, google (371)' 371 \
            import --store now/google --from google "$data/google_workspace.ndjson"
        count 'seal, google (371)' 371 seal --store now/google
    fi
    if has google_workspace_panther_tests.ndjson; then
        count 'import, panther (123)' 123 import --store now/panther --from json \
            --map "$examples/panther.toml" "$data/google_workspace_panther_tests.ndjson"
        count 'seal, panther (123)' 123 seal --store now/panther
    fi
}

opening() {
    ask 'stats' segments stats --format json
    ask 'open: a word that no event has' segments count nosuchword
    ask 'verify' segments verify
}

week=(--from 2026-02-01 --to 2026-02-08)
month=(--from 2026-02-01 --to 2026-03-03)

browsing() {
    local depth
    ask 'newest 50' segments search
    ask 'newest 50 of a frequent actor' segments search "actor.email=$frequent"
    ask 'newest 50 of a rare actor' segments search "actor.email=$rare"
    ask 'newest 50, category AND activity, 7 days' segments search "${week[@]}" \
        'category=appointments activity=created'
    # The cursor is the program's own.
    depth=$(env -i ./annals search --store now/segments --limit $((events / 2)) --format ndjson \
        2>&1 >half.ndjson | sed -n 's/^next: //p')
    ask 'page at half depth' segments search --after "$depth"
    ask '10,000 full records' segments search --limit 10000
    ask 'an event by its id' segments show "$id"
}

searching() {
    ask 'rare word, newest 50' segments search "$rare_word"
    ask 'unique id as a word' segments search "$request"
    ask 'unique id as a value' segments search "context.request_id=$request"
    ask 'common word, newest 50' segments search chrome
    ask 'two words, newest 50' segments search 'ticket chrome'
    ask 'phrase in names, newest 50' segments search '"30 minute meeting"'
    ask 'phrase in remarks, newest 50' segments search '"customer prefers"'
    ask 'prefix, newest 50' segments search 'rech*'
    ask 'word AND category AND actor, newest 50' segments search \
        "chrome category=login actor.email=$frequent"
}

counting() {
    ask 'count of all' segments count
    ask 'count of a rare word' segments count "$rare_word"
    ask 'count of a common word' segments count chrome
    ask 'count of a phrase in names' segments count '"30 minute meeting"'
    ask 'count of a phrase in remarks' segments count '"customer prefers"'
    ask 'count, 3 categories, 30 days' segments count "${month[@]}" \
        'category=(login,event_type,appointments)'
    ask 'count, 30 days' segments count "${month[@]}"
    ask 'facets of category and activity, 30 days' segments facets "${month[@]}" \
        --by category,activity
    ask 'facets of actors' segments facets --by actor.email
    ask 'histogram by day' segments histogram --every 1d
    ask 'histogram by day of a word' segments histogram --every 1d chrome
    ask 'values by prefix' segments values --field actor.email --prefix an
    ask 'fields' segments fields
}

operators() {
    ask 'AND, OR, NOT' segments count '(chrome OR safari) category=login -windows'
    ask 'NOT' segments count '-chrome'
    ask 'substring in remarks' segments count 'details.note*=icket'
    ask 'prefix of request ids' segments count 'context.request_id^=req-4d0d'
    ask 'regex in remarks' segments count 'details.note~=/RE-[0-9]+7$/'
    ask 'similar word' segments count 'tiket~1'
    ask 'network' segments count 'context.ip=172.16.0.0/16'
    ask 'range of numbers' segments count 'details.duration_ms=100..1000'
    ask 'explain' segments explain 'ticket "customer prefers" category=appointments'
}

# Questions beside a tail that is not sealed.
tails() {
    ask 'tail: stats' tailed stats --format json
    ask 'tail: count of a time before it' tailed count --to 2026-05-01
    ask 'tail: newest 50 of a time before it' tailed search --to 2026-05-01
    ask 'tail: count of a common word' tailed count chrome
    ask 'tail: newest 50' tailed search
}

# What a language costs: the first line of each pair is the question without it.
labels() {
    ask 'profile: open' labelled count nosuchword
    ask 'profile: open, in German' labelled count --lang de nosuchword
    ask 'profile: count of a common word' labelled count chrome
    ask 'profile: the same, in German' labelled count --lang de chrome
    ask 'profile: two words, newest 50' labelled search 'ticket chrome'
    ask 'profile: the same, in German' labelled search --lang de 'ticket chrome'
    ask 'profile: count of a code' labelled count 'category=availability'
    ask 'profile: count of its label, in German' labelled count --lang de 'verfügbarkeit'
}

# What a scope costs: each question asked of all tenants, and of one.
scopes() {
    local tenant=(--tenant org-acme)
    ask 'tenant: open' segments count "${tenant[@]}" nosuchword
    ask 'tenant: count of all' segments count "${tenant[@]}"
    ask 'tenant: count of a common word' segments count "${tenant[@]}" chrome
    ask 'tenant: the same, as a condition' segments count 'chrome tenant=org-acme'
    ask 'tenant: two words, newest 50' segments search "${tenant[@]}" 'ticket chrome'
    ask 'tenant: facets of actors' segments facets "${tenant[@]}" --by actor.email
}

# The lines of one program: instructions, without the start, for each event.
table='
    BEGIN { FS = "\t"; if (!json) printf "%-46s %15s %15s %10s\n", "measure", "instructions",
        "without start", "per event" }
    NR == 1 { start = $2 }
    { net = NR == 1 ? $2 : $2 - start; each = $3 ? sprintf("%.0f", net / $3) : "" }
    json { printf "{\"measure\":\"%s\",\"instructions\":%d,\"without_start\":%d,", $1, $2, net
        printf "\"per_event\":%s}\n", each == "" ? "null" : each; next }
    { printf "%-46s %15d %15d %10s\n", $1, $2, net, each }'

# The lines of two programs, side by side, each without its start.
comparison='
    BEGIN { FS = "\t"; if (!json) printf "%-46s %15s %15s %8s\n", "without the start",
        "base", "new", "new/base" }
    NR == 1 { start = $2; new_start = $5 }
    { base = NR == 1 ? $2 : $2 - start; new = NR == 1 ? $5 : $5 - new_start }
    json { printf "{\"measure\":\"%s\",\"base\":%d,\"new\":%d,\"ratio\":%.4f}\n", $1, base, new,
        new / base; next }
    { printf "%-46s %15d %15d %8.3f\n", $1, base, new, new / base }'

is_json=$([ $json = yes ] && echo 1 || echo 0)
prepare
measure "${programs[0]}" 1
if [ $compare = no ]; then
    awk -v json="$is_json" "$table" figures.1
    exit
fi
measure "${programs[1]}" 2
paste figures.1 figures.2 | awk -v json="$is_json" "$comparison"
if ! diff answers.1 answers.2 >differences; then
    echo 'the answers differ to:' >&2
    sed -n 's/^> \(.*\):.*/  \1/p' differences >&2
    exit 1
fi
