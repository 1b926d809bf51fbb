# SPDX-License-Identifier: Apache-2.0
"""The control socket, as scripts speak it and as enemies do: its lines, its file, its limits."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import unittest

from control_client import asked, connected, heard, open_files, started
from daemon import Daemon
from harness import SIDES, Case
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
REQUEST_BYTES = 256 * 1024
CLIENTS = 16
NOBODY = 65534


class Control(Case):
    def running(self, **overrides):
        world = self.open(sync__interval=3600, **overrides)
        ids = world.create_both(**ADA)
        world.sync()
        return world, ids, started(world)

    def texts(self, lines, key):
        return "".join(line[key] for line in lines if key in line)

    def refused(self, world, request, code=64):
        """One line of error, and the exit code."""
        lines = asked(world, request)
        self.assertEqual(list(lines[0]), ["crmsync"])
        self.assertRegex(self.texts(lines, "err"), r"\Acrmsync: .*\n\Z")
        self.assertEqual(lines[-1], {"exit": code})
        return self.texts(lines, "err")

    def alive(self, world, daemon):
        """It answers, and nothing was done."""
        began = time.monotonic()
        world.sync()
        self.assertLess(time.monotonic() - began, 10)
        daemon.stop()
        self.assertNotIn("Sanitizer", daemon.stderr())


class Lines(Control):
    """What the manual promises to scripts."""

    def test_sync(self):
        world, _, daemon = self.running()
        lines = asked(world, {"command": "sync", "args": ["--json"]})
        self.assertEqual(lines[0], {"crmsync": daemon.status()["version"]})
        self.assertEqual([line for line in lines if "exit" in line], [{"exit": 0}])
        self.assertEqual(lines[-1], {"exit": 0})
        self.assertEqual(json.loads(self.texts(lines, "out"))["id"], daemon.cycles())
        self.assertIn({"phase": "reading both sides"}, lines)
        self.assertTrue(any(line.get("progress", "").startswith("reading both sides: ")
                            for line in lines), lines)
        daemon.stop()

    def test_half_closed(self):
        """As socat does it: what is asked is the end of what is sent."""
        world, ids, daemon = self.running()
        talk = connected(world)
        request = {"command": "links", "args": ["unlink", ids["people"]], "quiet": True}
        talk.sendall(json.dumps(request).encode() + b"\n")
        talk.shutdown(socket.SHUT_WR)
        self.assertEqual(heard(talk)[1:], [{"exit": 0}])
        self.assertIn("dissolved", world.run("links", "list"))
        daemon.stop()

    def test_not_for_a_daemon(self):
        world, ids, daemon = self.running()
        last = daemon.cycles()
        for command, *args in (("status",), ("run",), ("links", "list"), ("sync", "--dry-run"),
                               ("undo", "1", "--dry-run"), ("plan", "--out=/tmp/never"), ("nonsense",),
                               ("export", ids["people"]), ("help",)):
            with self.subTest(command=command):
                self.refused(world, {"command": command, "args": args})
        for args in (["unlink"], ["unlink", "a", "b"], ["unlnk", "a"], []):
            self.assertIn("usage: crmsync links", self.refused(world, {"command": "links",
                                                                       "args": args}))
        self.assertIn("--frob", self.texts(asked(world, {"command": "links", "args": ["--frob"]}),
                                           "err"))
        self.assertEqual(daemon.cycles(), last, "nothing was interrupted for that")
        self.assertEqual(daemon.lines("carried out"), [])
        self.alive(world, daemon)

    def test_log(self):
        """Who did what, and nothing of whom it was about."""
        world, ids, daemon = self.running()
        world.run("links", "unlink", ids["people"])
        [line] = daemon.wait(lambda: daemon.lines("carried out a command"), "the log")
        self.assertTrue(line.endswith(f"command=links uid={os.geteuid()} exit_code=0 verb=unlink"),
                        line)
        daemon.stop()
        for word in (*ids.values(), "Lovelace", "ada@"):
            self.assertNotIn(word, daemon.stderr())

    def test_versions(self):
        """A program that was replaced while the daemon runs on says so."""
        world, _, daemon = self.running()
        daemon.stop()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listener.close)
        listener.bind(world.path("crmsync.sock"))
        listener.listen()
        for answer, words in ((b'{"crmsync":"0.0.9"}\n', "0.0.9.*restart the daemon"),
                              (b"220 mail.example.com\n", "not understood"),
                              (b'{"exit":0}\n', "no crmsync"), (b"", "went away")):
            with self.subTest(answer=answer), self.locked(world):
                client = subprocess.Popen(world.command("sync"), stderr=subprocess.PIPE)
                other = listener.accept()[0]
                other.sendall(answer)
                other.close()
                said = client.communicate(timeout=20)[1].decode()
                self.assertEqual(client.returncode, 75)
                self.assertRegex(said, rf"\Acrmsync: .*{words}.*\n\Z")

    @contextlib.contextmanager
    def locked(self, world):
        """As if a daemon held the state."""
        import fcntl
        with open(world.path("state.db.lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def test_terminal_is_safe(self):
        """What comes through the socket cannot move root's cursor."""
        world, _, daemon = self.running()
        daemon.stop()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listener.close)
        listener.bind(world.path("crmsync.sock"))
        listener.listen()
        with self.locked(world):
            client = subprocess.Popen(world.command("sync"), stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
            other = listener.accept()[0]
            version = daemon.status()["version"]
            other.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in (
                {"crmsync": version}, {"note": "a\x1b[2J"}, {"out": "b\x1b]0;c\x07\nd\n"},
                {"err": "\x9b31m\n"}, {"exit": 1})))
            out, err = client.communicate(timeout=20)
            other.close()
        self.assertEqual((client.returncode, out), (1, b"b?]0;c?\nd\n"))
        self.assertNotIn(b"\x1b", err)
        self.assertNotIn("\x9b", err.decode())


class File(Control):
    def test_mode_and_end(self):
        world, _, daemon = self.running()
        path = world.path("crmsync.sock")
        facts = os.lstat(path)
        self.assertTrue(stat.S_ISSOCK(facts.st_mode))
        self.assertEqual(stat.S_IMODE(facts.st_mode), 0o600)
        daemon.stop()
        self.assertFalse(os.path.lexists(path))

    def test_left_behind(self):
        """By a daemon that was killed: replaced.  What is no socket, or is another's: never."""
        world, _, daemon = self.running()
        daemon.send(signal.SIGKILL)
        daemon.process.wait()
        self.assertTrue(os.path.exists(world.path("crmsync.sock")))
        world.sync()
        started(world).stop()
        with open(world.path("crmsync.sock"), "wb") as file:
            file.write(b"mine")
        other = Daemon(world).ended(code=78)
        self.assertIn("is no socket", other.stderr())
        with open(world.path("crmsync.sock"), "rb") as file:
            self.assertEqual(file.read(), b"mine")
        os.unlink(world.path("crmsync.sock"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(world.path("crmsync.sock"))
            listener.listen()
            self.assertIn("another program listens", Daemon(world).ended(code=78).stderr())
        world.sync()

    def test_no_place(self):
        """A path that is too long, or in a folder that is not there: said at the start."""
        world = self.open()
        long = world.path("x" * 120)
        world.configure({"control.path": long})
        world.run("run", code=78)
        self.assertIn("control.path", world.runs[-1][3].decode())
        os.mkdir(long)
        world.configure({"status.path": os.path.join(long, "status.json")})
        world.run("run", code=78)
        self.assertIn("at most 107", world.runs[-1][3].decode())
        world.sync()
        world.configure({"control.path": world.path("none/control")})
        world.run("run", code=73)
        self.assertIn("control.path", world.runs[-1][3].decode())

    def test_second_run(self):
        """It takes nothing from the first one."""
        world, _, daemon = self.running()
        world.run("run", code=75)
        self.alive(world, daemon)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_other_users(self):
        """The mode keeps them out; and if it did not, the peer's name would."""
        world, _, daemon = self.running()
        os.chmod(world.folder, 0o755)
        code = ("import os, socket, sys\nos.setgid({0}); os.setuid({0})\n"
                "talk = socket.socket(socket.AF_UNIX)\ntalk.connect(sys.argv[1])\n"
                "try:\n talk.sendall(b'{{\"command\":\"reset\"}}\\n')\n"
                "except BrokenPipeError:\n pass\n"
                "while data := talk.recv(4096): sys.stdout.write(data.decode())\n").format(NOBODY)
        command = [sys.executable, "-c", code, world.path("crmsync.sock")]
        tried = subprocess.run(command, capture_output=True, check=False, text=True)
        self.assertIn("PermissionError", tried.stderr)
        os.chmod(world.path("crmsync.sock"), 0o666)
        tried = subprocess.run(command, capture_output=True, check=False, text=True)
        lines = [json.loads(line) for line in tried.stdout.splitlines()]
        self.assertEqual(lines[-1], {"exit": 77})
        self.assertIn("only root", self.texts(lines, "err"))
        daemon.wait_log(f"uid={NOBODY}")
        self.assertFalse([name for name in os.listdir(world.folder) if name.endswith("Z")])
        self.alive(world, daemon)


class Enemies(Control):
    def test_garbage(self):
        world, _, daemon = self.running()
        for request in (b"\n", b"GET / HTTP/1.1\r\n", b"{}\n", b"[]\n", b"{\n", b"null\n", b"\xff\xfe\n",
                        b'{"command":5}\n', b'{"command":""}\n', b'{"command":"sync","args":{}}\n',
                        b'{"command":"sync","args":[1]}\n', b'{"command":"sync","quiet":1}\n',
                        b'{"command":"sync","command":"sync"}\n', b'{"command":"sync","more":1}\n',
                        b'{"command":"sy\\u0000nc"}\n', b'{"command":"sync"} {}\n',
                        b'{"command":"sync","args":' + b"[" * 10000 + b"]" * 10000 + b"}\n",
                        b'{"command":"sync","args":[' + b'"",' * 5000 + b'""]}\n'):
            with self.subTest(request=request[:40]):
                self.assertIn("not understood", self.refused(world, request))
        self.alive(world, daemon)

    def test_too_long(self):
        world, _, daemon = self.running()
        self.assertIn("too long", self.refused(world, b"x" * (REQUEST_BYTES + 1)))
        self.assertIn("too long", self.refused(world, b"x" * (40 * REQUEST_BYTES)))
        long = json.dumps({"command": "forget", "args": ["x" * (REQUEST_BYTES - 100)]}).encode()
        self.assertIn("nobody has the id", self.refused(world, long + b"\n"))
        self.alive(world, daemon)

    def test_bad_plan(self):
        world, _, daemon = self.running()
        request = json.dumps({"command": "sync", "args": ["--plan=p"]}).encode() + b"\n"
        for plan in (b"{}\n", b"garbage\n", b'{"crmsync_plan":99}\n'):
            lines = asked(world, request + plan)
            self.assertIn(lines[-1]["exit"], (65, 78))
            self.assertRegex(self.texts(lines, "err"), r"crmsync: (plan )?p ")
        self.alive(world, daemon)

    def test_half_a_plan(self):
        """Only one plan is held at a time, and only as long as its client is there."""
        world, _, daemon = self.running()
        request = json.dumps({"command": "sync", "args": ["--plan=p"]}).encode() + b"\n"
        first = connected(world)
        first.sendall(request)
        daemon.wait(lambda: "another client's plan" in
                    self.texts(asked(world, request + b"{}\n"), "err"), "one at a time")
        first.close()
        daemon.wait(lambda: "is not a plan" in self.texts(asked(world, request + b"{}\n"), "err"),
                    "the first one is gone")
        self.alive(world, daemon)

    def test_half_a_plan_and_reloads(self):
        """What was judged by a configuration that is gone is not carried on."""
        world, _, daemon = self.running()
        request = json.dumps({"command": "sync", "args": ["--plan=p"]}).encode() + b"\n"
        head = json.dumps({"crmsync_plan": 1, "records": "x", "people": "y", "fields": "0"})
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new configuration", 1)
        talk = connected(world)
        talk.sendall(request)
        daemon.wait(lambda: "another client's plan" in
                    self.texts(asked(world, request + b"{}\n"), "err"), "the daemon has it")
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new configuration", 2)
        with contextlib.suppress(OSError):
            talk.sendall(head.encode() + b"\n")
        lines = heard(talk)
        self.assertEqual(lines[-1], {"exit": 75})
        self.assertIn("took a new configuration; run this again", self.texts(lines, "err"))
        self.assertIn("for other systems",
                      self.texts(asked(world, request + head.encode() + b"\n"), "err"))
        self.alive(world, daemon)

    def test_idle_crowd(self):
        """A hundred that never ask do not keep out one that does."""
        world, _, daemon = self.running()
        before = open_files(daemon)
        crowd = [connected(world) for _ in range(100)]
        for talk in crowd[::2]:
            with contextlib.suppress(OSError):
                talk.sendall(b'{"command":')
        world.sync()
        self.assertLessEqual(open_files(daemon), before + CLIENTS)
        for talk in crowd:
            talk.close()
        daemon.wait(lambda: open_files(daemon) <= before, "all are closed")
        self.alive(world, daemon)

    def test_does_not_read(self):
        """A cycle goes on for a client that takes nothing, and so do others."""
        world, ids, daemon = self.running()
        request = json.dumps({"command": "links", "args": ["--" + "x" * 250000]}).encode() + b"\n"
        for _ in range(2 * CLIENTS):
            talk = connected(world)
            with contextlib.suppress(OSError):
                talk.sendall(request)
        world.run("links", "unlink", ids["people"])
        self.alive(world, daemon)

    def test_trickle(self):
        """A byte now and then: others are served meanwhile."""
        world, ids, daemon = self.running()
        talk = connected(world)
        request = json.dumps({"command": "links", "args": ["unlink", ids["people"]]}).encode()
        for byte in request + b"\n":
            talk.sendall(bytes([byte]))
            if byte == ord(":"):
                world.run("quarantine", "retry")
        self.assertEqual(heard(talk)[-1], {"exit": 0})
        self.alive(world, daemon)

    def test_gone_in_the_middle(self):
        """At any byte of the request, and right behind it."""
        world, ids, daemon = self.running()
        request = json.dumps({"command": "quarantine", "args": ["retry"]}).encode() + b"\n"
        for n in range(0, len(request) + 1, 5):
            talk = connected(world)
            talk.sendall(request[:n])
            talk.close()
        talk = connected(world)
        talk.sendall(request)
        talk.close()
        self.alive(world, daemon)


if __name__ == "__main__":
    unittest.main()
