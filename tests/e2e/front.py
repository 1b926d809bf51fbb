# SPDX-License-Identifier: Apache-2.0
"""A server in front of one side of the sandbox: it passes on what it gets, and lies when told to.

Where the sandbox's own faults speak HTTP and JSON, this one can say any bytes.
"""

import http.client
import http.server
import json
import ssl
import threading
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

CHUNK = 65536
PASSED_ON = ("Authorization", "X-API-KEY", "Content-Type", "Accept")


class Call(NamedTuple):
    """A request, and a function that has the sandbox carry it out, or another body instead: a Reply."""
    side: str
    method: str
    target: str
    body: bytes
    forward: Any

    def path(self):
        return urlsplit(self.target).path

    def is_list(self):
        """A page of the whole list, not a search."""
        if self.side == "people":
            names = {name.split("[")[0] for name, _ in parse_qsl(urlsplit(self.target).query)}
            return self.path() == "/people" and self.method == "GET" and \
                names <= {"page", "itemsPerPage", "order"}
        if self.method == "POST":
            return self.path().endswith("/people/records/query") and \
                "filter" not in json.loads(self.body)
        names = {name for name, _ in parse_qsl(urlsplit(self.target).query)}
        return self.method == "GET" and self.path().endswith("/people/records") and \
            "attributes" not in names

    def page(self):
        """The number of the list's page, from 1."""
        if self.method == "POST":
            asked = json.loads(self.body)
            return asked.get("offset", 0) // asked["limit"] + 1
        return int(dict(parse_qsl(urlsplit(self.target).query)).get("page", 1))

    def is_read(self):
        return self.method == "GET" or self.path().endswith("/query")

    def is_write(self):
        return not self.is_read()


class Reply(NamedTuple):
    """length: right, chunked, absent, own (among the headers).  body: bytes, or an iterable of them for what is large."""
    status: int = 200
    body: Any = b""
    content_type: str = "application/json"
    headers: tuple = ()
    length: str = "right"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _forward(self, body):
        front = self.server.front
        connection = http.client.HTTPConnection(front.sandbox, timeout=60)
        headers = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.getheader("Content-Type"))
        finally:
            connection.close()

    def _send(self, reply):
        parts = [reply.body] if isinstance(reply.body, bytes) else reply.body
        self.send_response(reply.status)
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.length == "right" and reply.status != 204:
            parts = [b"".join(parts)]
            self.send_header("Content-Length", str(len(parts[0])))
        elif reply.length == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.length == "absent":
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        for part in parts:
            frame = b"%x\r\n%b\r\n" % (len(part), part) if reply.length == "chunked" else part
            self.wfile.write(frame)
        if reply.length == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def _handle(self):
        front = self.server.front
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        front.seen.append((self.command, self.path, dict(self.headers)))
        call = Call(front.side, self.command, self.path, body,
                    lambda instead=body: self._forward(instead))
        try:
            self._send(front.lie(call) or call.forward())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the program has heard enough

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


def nothing(_):
    return None


class Front:
    """lie: a function of a Call that gives a Reply, or None for the truth."""

    def __init__(self, test, world, side, port=0):
        self.side = side
        self.sandbox = urlsplit(world.box.urls[side]).netloc
        self.lie = nothing
        self.seen = []
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.front = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        test.addCleanup(self.stop)

    def serve_tls(self, certificate, version=None):
        """From now on; in the thread of each connection: the one that accepts must not wait for anybody."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version:
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(certificate.path, certificate.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
