"""A greeting over HTTP, in Python without dependencies."""

import json
import os
import signal
import socket
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GREETING = "Hello"
VERSION = Path(__file__).with_name("VERSION").read_text().strip()


def log(message, **fields):
    entry = {"time": datetime.now(timezone.utc).isoformat(), "level": "info", "message": message, **fields}
    print(json.dumps(entry), flush=True)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        pages = {
            "/": {"greeting": f"{GREETING} from Python", "version": VERSION, "host": socket.gethostname()},
            "/healthz": {"status": "ok"},
        }
        page = pages.get(self.path.split("?")[0])
        status = 200 if page else 404
        body = json.dumps(page or {"error": f"no page at {self.path}"}, ensure_ascii=False).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        log("request", method=self.command, path=self.path, status=status)

    def log_message(self, *_):
        pass  # one JSON line for each request is enough


def main():
    port = int(os.environ.get("PORT", "8080"))
    log("starting", version=VERSION, python=sys.version.split()[0])
    server = ThreadingHTTPServer(("", port), Handler)
    server.daemon_threads = False  # closing waits for what has begun

    def drain(*_):
        log("draining")
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, drain)
    log("listening", port=port)
    server.serve_forever()
    server.server_close()
    log("stopped")


if __name__ == "__main__":
    main()
