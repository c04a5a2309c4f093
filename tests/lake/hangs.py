"""An S3 that really hangs: it takes requests and never answers, or a byte a minute. Each publication
ends within the 150 s of docs/fleet.md with exit code 6, and a later one completes.

All cases at once; it takes about two minutes, so it runs by its name only.
"""

import concurrent.futures
import json
import subprocess
import sys
import threading
import time

from desk import check
from faults import Handler, Proxy
from objects import desk_at, moto

LIMIT_SECONDS = 150
ROWS = 200
# What the server does from a request on: the listing, the first file, and the first commit of rows.
CASES = [
    ("silence", 1),
    ("head", 1),
    ("body", 1),
    ("silence", 3),
    ("lost", 3),
    ("silence", 7),
    ("lost", 7),
    ("head", 7),
]


class HangingProxy(Proxy):
    """Hangs at the request with the number `at` and at all behind it."""

    daemon_threads = True
    # Threads that hang are not waited for.
    block_on_close = False

    def __init__(self, upstream):
        super().__init__(upstream)
        self.RequestHandlerClass = HangingHandler
        self.ends = threading.Event()

    def next(self):
        with self.lock:
            self.count += 1
            return self.kind if 0 < self.at <= self.count else ""

    def byte_a_minute(self, write, data):
        for place in range(len(data)):
            write(data[place : place + 1])
            if self.ends.wait(60):
                return


class HangingHandler(Handler):
    def handle_any(self):
        fault = self.server.next()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault in ("", "lost"):
            answer, payload = self.forward(body)
        if fault == "":
            return self.pass_on(answer, payload)
        self.close_connection = True
        if fault in ("silence", "lost"):
            self.server.ends.wait()
        elif fault == "head":
            self.trickle(b"HTTP/1.1 200 OK\r\n")
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            self.trickle(b"<?xml version")

    def trickle(self, data):
        try:
            self.server.byte_a_minute(self.wfile.write, data)
        except OSError:
            # The other side has had enough.
            pass

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any


def hang(desk, proxy, number):
    """Publishes to a server that hangs, then to the same one when it is well; gives the seconds."""
    kind, at = CASES[number]
    what = f"{kind} from request {at} on"
    store, url = f"s{number}", f"s3://lake/{number}"
    proxy.begin(at, kind)
    begin = time.monotonic()
    command = [desk.program, "lake", "publish", "--store", store, "--to", url]
    ran = subprocess.run(command, env=environment(desk, proxy), cwd=desk.folder, capture_output=True,
                         text=True)
    seconds = time.monotonic() - begin
    check(what, ran.returncode, 6)
    if seconds > LIMIT_SECONDS:
        sys.exit(f"{what}: told after {seconds:.0f} s")
    proxy.begin(0, "")
    proxy.ends.set()
    for words in (["publish"], ["verify"]):
        command = [desk.program, "lake", *words, "--store", store, "--to", url]
        told = subprocess.run(command, env=environment(desk, proxy), cwd=desk.folder,
                              capture_output=True, text=True, check=True).stdout
    check(what, json.loads(told)["equal"], ROWS)
    return seconds


def environment(desk, proxy):
    host, port = proxy.server_address
    return {**desk.environment, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}


def main():
    server = moto()
    desk = desk_at(*server.get_host_and_port())
    proxies = []
    for number in range(len(CASES)):
        desk.fill(f"s{number}", ROWS, number)
        proxies.append(HangingProxy(server.get_host_and_port()))
        threading.Thread(target=proxies[-1].serve_forever, daemon=True).start()
    with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
        waits = [pool.submit(hang, desk, proxy, number) for number, proxy in enumerate(proxies)]
        seconds = [wait.result() for wait in waits]
    server.stop()
    print(f"hangs: {len(CASES)} publications ended after {min(seconds):.0f} to {max(seconds):.0f} s, "
          f"exit code 6; later ones completed, {ROWS} rows each")


if __name__ == "__main__":
    sys.exit(main())
