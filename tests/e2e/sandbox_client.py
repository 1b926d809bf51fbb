# SPDX-License-Identifier: Apache-2.0
"""The sandbox as a process, and its control paths."""

import json
import os
import select
import shutil
import subprocess
import time
import urllib.error
import urllib.request

START_SECONDS = 30
STOP_SECONDS = 30
CALL_SECONDS = 60

SIDES = ("records", "people")


def dying_with_us(command):
    """The command, ended by the kernel when the tests are (a timeout of ctest kills only those)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", *command] if setpriv else command


class Sandbox:
    """One sandbox process on free loopback ports."""

    def __init__(self, dialect, options, folder):
        self.stderr_path = os.path.join(folder, "sandbox.stderr")
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                dying_with_us([os.environ["SANDBOX"], "--dialect", dialect, *options]),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr)
        try:
            line = self._first_line()
            self.urls = dict(part.split("=", 1) for part in line.split())
        except Exception:
            self.process.kill()
            self.process.wait()
            raise
        self.url = self.urls["people"]

    def _first_line(self):
        """The line that says where it listens; it comes as soon as both ports answer."""
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            byte = os.read(self.process.stdout.fileno(), 1) if ready else b""
            if not byte:
                raise RuntimeError("the sandbox did not start: " + self.stderr())
            line += byte
        return line.decode()

    def stderr(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """Ends the process; its exit code (a sanitizer's finding makes it other than 0)."""
        self.process.terminate()
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process.stdout.close()
        return code

    def _ask(self, request):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=CALL_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{request.full_url}: {error.code} {error.read()!r}") from None

    def get(self, what):
        return self._ask(urllib.request.Request(f"{self.url}/_control/{what}"))

    def post(self, what, **body):
        return self._ask(urllib.request.Request(
            f"{self.url}/_control/{what}", json.dumps(body).encode(),
            {"Content-Type": "application/json"}, method="POST"))

    def dump(self, side, collection=""):
        query = f"&object={collection}" if collection else ""
        return self.get(f"dump?side={side}{query}")["persons"]

    def log(self):
        return self.get("log")["requests"]

    def stats(self):
        return self.get("stats")
