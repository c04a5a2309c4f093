"""S3 behind a proxy that fails one request in each way: each row is there once all the same."""

import http.client
import http.server
import subprocess
import sys
import threading

from desk import check
from objects import desk_at, moto

KINDS = ["500", "503", "reset", "lost answer", "kill"]


class Proxy(http.server.ThreadingHTTPServer):
    """Forwards to moto; the request with the number `at` fails."""

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.count, self.at, self.kind, self.victim = 0, 0, "", None
        self.lock = threading.Lock()

    def begin(self, at, kind):
        self.count, self.at, self.kind = 0, at, kind

    def next(self):
        with self.lock:
            self.count += 1
            return self.kind if self.count == self.at else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        fault = self.server.next()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault in ("500", "503"):
            self.send_response(int(fault))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if fault in ("", "lost answer"):
            answer, payload = self.forward(body)
        if fault == "kill":
            self.server.victim.kill()
        if fault:
            self.close_connection = True
            return
        self.pass_on(answer, payload)

    def pass_on(self, answer, payload):
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def forward(self, body):
        upstream = http.client.HTTPConnection(*self.server.upstream)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        payload = answer.read()
        upstream.close()
        return answer, payload

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def log_message(self, *arguments):
        pass


def main():
    server = moto()
    proxy = Proxy(server.get_host_and_port())
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    desk = desk_at(*proxy.server_address)
    desk.fill("s", 400, 1)
    runs = 0
    for kind in KINDS:
        at = 1
        while publish_with(desk, proxy, at, kind):
            at += 1
        runs += at
    proxy.shutdown()
    server.stop()
    print(f"faults: {runs} publications with a fault of {len(KINDS)} kinds, 400 rows each, each once")


def publish_with(desk, proxy, at, kind):
    """Publishes to a new table with a fault; tells whether the fault came."""
    url = f"s3://lake/{kind.replace(' ', '-')}-{at}"
    proxy.begin(at, kind)
    proxy.victim = subprocess.Popen(
        [desk.program, "lake", "publish", "--store", "s", "--to", url],
        env=desk.environment,
        cwd=desk.folder,
        stdout=subprocess.DEVNULL,
    )
    code = proxy.victim.wait()
    has_come = proxy.count >= at
    check(f"{kind} at request {at}", code, -9 if has_come and kind == "kill" else 0)
    proxy.begin(0, "")
    desk.run("lake", "publish", "--store", "s", "--to", url)
    verified = desk.report("lake", "verify", "--store", "s", "--to", url)
    check(f"{kind} at request {at}", (verified["rows"], verified["equal"]), (400, 400))
    return has_come


if __name__ == "__main__":
    sys.exit(main())
