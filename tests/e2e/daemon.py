# SPDX-License-Identifier: Apache-2.0
"""crmsync run as a process, with a service manager's notify socket."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time

from harness import dying_with_us

WAIT_SECONDS = 30
STEP_SECONDS = 0.02
TAIL_CHARACTERS = 4000


class Daemon:
    """One `crmsync run`; what it says to the manager is in messages, what it logs in lines."""

    def __init__(self, world, *options, environment=None):
        self.world = world
        self.messages = []
        self.is_deaf = False
        self.log_from = 0
        self.stderr_path = world.path(f"daemon{len(world.runs)}.stderr")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = world.path(f"notify{len(world.runs)}")
        self.socket.bind(address)
        command = [os.environ["CRMSYNC"], "-c", world.path("sync.conf"), *options, "run"]
        surroundings = {name: value for name, value in os.environ.items()
                        if name not in ("WATCHDOG_USEC", "WATCHDOG_PID")}
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                dying_with_us(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=surroundings | {"NOTIFY_SOCKET": address} | (environment or {}))
        world.runs.append((("run", *options), "…", b"", b""))
        self.place = len(world.runs) - 1
        world.test.addCleanup(self.end)

    # ---- What it says ----

    def hear(self):
        """Takes what has been said since."""
        while not self.is_deaf and select.select([self.socket], [], [], 0)[0]:
            text = self.socket.recv(65536).decode()
            self.messages.append(dict(line.split("=", 1) for line in text.splitlines()))
        return self.messages

    def deafen(self):
        """A manager that reads no more: what it is told fills its queue."""
        self.is_deaf = True
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, \
                contextlib.suppress(BlockingIOError):
            sender.setblocking(False)
            while True:
                sender.sendto(b"X=", self.socket.getsockname())

    def heard(self, **words):
        """Has one message had all of these?  None: whatever its value."""
        return any(all(name in message and value in (None, message[name])
                       for name, value in words.items()) for message in self.hear())

    def stderr(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def tail(self):
        """For people."""
        return self.stderr()[-TAIL_CHARACTERS:]

    def lines(self, word):
        return [line for line in self.stderr()[self.log_from:].splitlines() if word in line]

    def forget_log(self):
        """lines() begin behind what was written so far."""
        self.log_from = len(self.stderr())
        return self

    def status(self):
        try:
            return self.world.status()
        except FileNotFoundError:
            return None

    # ---- Waiting ----

    def wait(self, condition, what, seconds=WAIT_SECONDS):
        """Until the condition is true: its value."""
        deadline = time.monotonic() + seconds
        while True:
            self.hear()
            value = condition()
            if value:
                return value
            if self.process.poll() is not None:
                raise AssertionError(f"{what}: the daemon ended with {self.process.returncode}\n"
                                     + self.tail())
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {seconds} s\n"
                                     + json.dumps(self.status()) + "\n" + self.tail())
            time.sleep(STEP_SECONDS)

    def wait_ready(self):
        self.wait(lambda: self.heard(READY="1"), "READY=1")
        return self

    def cycles(self):
        """The number of the last cycle that ended; 0: none."""
        last = (self.status() or {}).get("last_cycle")
        return last["id"] if last else 0

    def wait_cycle(self, after=0):
        """Until a cycle with a number above this has ended: the status then."""
        def ended():
            status = self.status()
            last = status and status["last_cycle"]
            return status if last and last["id"] > after else None
        return self.wait(ended, f"a cycle after {after}")

    def wait_log(self, word, n=1):
        return self.wait(lambda: len(self.lines(word)) >= n, f"{n} times {word!r} in the log")

    def wait_status(self, condition, what):
        return self.wait(lambda: (status := self.status()) and condition(status) and status, what)

    # ---- Signals ----

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, code=0):
        self.send(number)
        return self.ended(code)

    def ended(self, code=0):
        try:
            got = self.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError("it does not end\n" + self.tail()) from None
        self.hear()
        self.world.test.assertEqual(got, code, self.tail())
        return self

    def end(self):
        """Whatever became of it; its log goes into the story."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            words = self.world.runs[self.place][0]
            self.world.runs[self.place] = (words, self.process.returncode, b"",
                                           self.tail().encode())
