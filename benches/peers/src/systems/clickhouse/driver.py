"""Runs statements with chdb, which is ClickHouse within this process.

A line of standard input is a JSON object with `sql` and `format`. The answer is a byte (0: well, 1: a
message follows), eight bytes with a length, lowest first, and as many bytes."""

import json
import struct
import sys

from chdb.session import Session

session = Session(sys.argv[1])
output = sys.stdout.buffer
for line in sys.stdin.buffer:
    request = json.loads(line)
    try:
        state, answer = 0, session.query(request["sql"], request["format"]).bytes()
    except Exception as error:
        state, answer = 1, str(error).encode()
    answer = answer or b""
    output.write(struct.pack("<BQ", state, len(answer)))
    output.write(answer)
    output.flush()
