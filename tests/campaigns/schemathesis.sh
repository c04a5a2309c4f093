#!/usr/bin/env bash
# Thousands of made-up requests to a server, by its OpenAPI document (schemathesis): prints how many,
# and that no answer is a server error, has a status or a shape that the document does not have.
#
#   tests/campaigns/schemathesis.sh [EXAMPLES]     for each operation (25 without it)
#
# Installs schemathesis from PyPI into the build folder, if it may. `follow`, which never ends, is
# left out; tests/serve/follow.rs has it.
set -euo pipefail
cd "$(dirname "$0")/../.."
examples=${1:-25}
target=${CARGO_TARGET_DIR:-target}
tool=$(realpath -m "$target")/schemathesis
if ! [ -x "$tool/bin/schemathesis" ]; then
    if ! { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet schemathesis==4.32.5; }; then
        rm -rf "$tool"
        echo "SKIPPED: schemathesis.sh needs python3 with venv, and schemathesis from PyPI" >&2
        exit 0
    fi
fi
cargo build --quiet --bin annals
annals=$target/debug/annals
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
"$annals" generate --events 2000 --seed 3 | "$annals" import --store "$folder/store" - >/dev/null
token=$("$annals" token create --store "$folder/store" --name root --role admin)
"$annals" serve --store "$folder/store" --listen 127.0.0.1:0 >"$folder/listening" &
server=$!
until [ -s "$folder/listening" ]; do sleep 0.1; done
address=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$folder/listening")
if ! (cd "$folder" && "$tool/bin/schemathesis" run "$address/api/v1/openapi.json" \
    --header "Authorization: Bearer $token" --no-color --seed 1 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance \
    --checks response_schema_conformance,unsupported_method \
    --phases coverage,fuzzing --max-examples "$examples" --exclude-path /api/v1/follow \
    --request-timeout 20) >"$folder/report" 2>&1; then
    cat "$folder/report" >&2
    exit 1
fi
kill -0 "$server"
echo "schemathesis: $(sed -n 's/^ *\([0-9]* generated.*\)/\1/p' "$folder/report"), 0 failures"
