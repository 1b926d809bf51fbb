# SPDX-License-Identifier: Apache-2.0
"""Inside the container of `systemd`: the units, as an administrator uses them.  Runs as root."""

import glob
import json
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest

os.environ.setdefault("SANDBOX", "/tests/sandbox")
from sandbox_client import Sandbox  # noqa: E402

WAIT_SECONDS = 40
STEP_SECONDS = 0.05
ETC = "/etc/crmsync"

CONFIGURATION = """
records = {{ base_url = "{records}"; dialect = "values"; token_file = "{prefix}records.token";
             reads_per_second = 100000; writes_per_second = 100000; }};
people = {{ base_url = "{people}"; token_file = "{prefix}people.token"; requests_per_minute = 6000000; }};
sync = {{ interval = {interval}; }};
"""


def run(*command, code=0):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def systemctl(*words, code=0):
    return run("systemctl", *words, code=code)


def show(unit):
    """Properties of a unit."""
    return dict(line.split("=", 1) for line in systemctl("show", unit).splitlines() if "=" in line)


def journal(unit):
    run("journalctl", "--sync")
    text = run("journalctl", "-u", unit, "-o", "json", "--no-pager", code=None)
    return [json.loads(line) for line in text.splitlines()]


def wait(condition, what, unit="crmsync"):
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {WAIT_SECONDS} s\n"
                                 + run("journalctl", "-u", unit, "--no-pager", code=None)
                                 + systemctl("status", unit, code=None))
        time.sleep(STEP_SECONDS)


def status(name="crmsync"):
    try:
        with open(f"/run/{name}/status.json", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def write(path, text, permissions=0o644):
    with open(path, "w", encoding="utf-8") as file:
        os.chmod(file.fileno(), permissions)
        file.write(text)


class Units(unittest.TestCase):
    def setUp(self):
        os.makedirs(ETC, exist_ok=True)
        os.chmod(ETC, 0o755)
        self.folder = "/tmp/box"
        os.makedirs(self.folder, exist_ok=True)
        self.box = Sandbox("values", ["--persons", "20", "--common", "10"], self.folder)
        self.configure()
        systemctl("daemon-reload")

    def tearDown(self):
        systemctl("stop", "crmsync*", code=None)
        systemctl("reset-failed", code=None)
        self.box.stop()
        for path in glob.glob("/run/systemd/system/crmsync*.d"):
            shutil.rmtree(path)
        for path in glob.glob("/var/lib/private/crmsync*") + [ETC]:
            shutil.rmtree(path, ignore_errors=True)
        for path in glob.glob("/var/lib/crmsync*"):
            os.unlink(path)

    def configure(self, name="sync", prefix="", interval=0.2):
        write(f"{ETC}/{name}.conf", CONFIGURATION.format(prefix=prefix, interval=interval,
                                                         **self.box.urls))
        for side in ("records", "people"):
            write(f"{ETC}/{prefix}{side}.token", f"sandbox-{side}-token\n", 0o600)

    def drop_in(self, unit, text):
        os.makedirs(f"/run/systemd/system/{unit}.d", exist_ok=True)
        write(f"/run/systemd/system/{unit}.d/test.conf", text)
        systemctl("daemon-reload")

    def started(self):
        systemctl("start", "crmsync")
        return self.wait_cycle()

    def wait_cycle(self, after=0, name="crmsync"):
        def ended():
            now = status(name)
            return now if now and now["last_cycle"] and now["last_cycle"]["id"] > after else None
        return wait(ended, f"a cycle after {after}")["last_cycle"]["id"]

    def test_works_in_its_cage(self):
        self.started()
        wait(lambda: status()["totals"]["links"] == 30, "everybody is linked")
        unit = show("crmsync")
        self.assertEqual((unit["ActiveState"], unit["SubState"]), ("active", "running"))
        wait(lambda: "ok, idle" in show("crmsync")["StatusText"], "STATUS=")
        with open(f"/proc/{unit['MainPID']}/status", encoding="utf-8") as file:
            facts = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        self.assertNotIn("0", facts["Uid"].split())
        self.assertEqual(int(facts["CapBnd"], 16), 0)
        self.assertEqual((facts["NoNewPrivs"], facts["Seccomp"]), ("1", "2"))
        self.assertEqual(mode("/var/lib/private/crmsync"), 0o700)
        self.assertEqual(mode("/var/lib/private/crmsync/state.db"), 0o600)
        self.assertEqual(mode("/run/crmsync/status.json"), 0o640)

    def test_beside_the_administrator(self):
        """The paths of the README: by hand first, then the service, then both."""
        with open(f"{ETC}/sync.conf", "a", encoding="utf-8") as file:
            file.write('state = { path = "/var/lib/crmsync/state.db"; };\n'
                       'status = { path = "/run/crmsync/status.json"; };\n')
        run("crmsync", "-c", f"{ETC}/sync.conf", "sync")
        last = self.started()
        self.wait_cycle(last)
        run("crmsync", "-c", f"{ETC}/sync.conf", "status")
        cycles = [json.loads(line)["id"] for line in
                  run("crmsync", "-c", f"{ETC}/sync.conf", "history", "--json").splitlines()]
        self.assertIn(1, cycles)
        self.assertGreater(max(cycles), 1)
        run("crmsync", "-c", f"{ETC}/sync.conf", "links", "list")
        self.wait_cycle(status()["last_cycle"]["id"])
        systemctl("stop", "crmsync")
        run("crmsync", "-c", f"{ETC}/sync.conf", "sync")
        self.wait_cycle(self.started())

    def test_control_socket(self):
        """Root has the service carry out what changes the state; nobody else comes through."""
        self.configure(interval=3600)
        with open(f"{ETC}/sync.conf", "a", encoding="utf-8") as file:
            file.write('state = { path = "/var/lib/crmsync/state.db"; };\n'
                       'status = { path = "/run/crmsync/status.json"; };\n')
        systemctl("start", "crmsync")
        self.assertEqual(mode("/run/crmsync/crmsync.sock"), 0o600)
        crmsync = ("crmsync", "-c", f"{ETC}/sync.conf")
        summary = json.loads(run(*crmsync, "sync", "--json"))
        self.assertEqual(status()["mode"], "daemon")
        self.assertEqual(summary["id"], status()["last_cycle"]["id"])
        link = json.loads(run(*crmsync, "links", "list", "--json").splitlines()[0])
        run(*crmsync, "links", "unlink", link["people_id"])
        plan = "/root/plan"
        self.box.post("edit", side="people", id=json.loads(
            run(*crmsync, "links", "list", "--json").splitlines()[1])["people_id"],
            set={"jobTitle": "Countess"})
        run(*crmsync, "plan", f"--out={plan}", code=2)
        run(*crmsync, "sync", f"--plan={plan}")
        done = [(line["CRMSYNC_COMMAND"], line["CRMSYNC_UID"]) for line in journal("crmsync")
                if line["MESSAGE"].startswith("carried out a command")]
        self.assertEqual(done[-3:], [("sync", "0"), ("links", "0"), ("sync", "0")])
        refused = run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "python3",
                      "-c", "import socket; socket.socket(socket.AF_UNIX).connect("
                      "'/run/crmsync/crmsync.sock')", code=1)
        self.assertEqual(refused, "")
        systemctl("stop", "crmsync")
        self.assertFalse(os.path.exists("/run/crmsync/crmsync.sock"))

    def test_journal(self):
        """Fields of their own, the right priorities, nothing of a token."""
        self.started()
        lines = journal("crmsync")
        cycles = [line for line in lines if line["MESSAGE"].startswith("cycle ended")]
        self.assertTrue(cycles, lines)
        self.assertEqual(cycles[0]["PRIORITY"], "6")
        self.assertEqual(cycles[0]["CRMSYNC_OUTCOME"], "ok")
        self.assertGreater(int(cycles[0]["CRMSYNC_CYCLE"]), 0)
        self.assertNotIn("sandbox-records-token", json.dumps(lines))
        self.box.post("fault", side="people", action="status", status=401, count=100000, match={})
        wait(lambda: any(line["PRIORITY"] == "3" and line["MESSAGE"].startswith("cycle failed")
                         for line in journal("crmsync")), "an error in the journal")

    def test_reload(self):
        self.configure(interval=3600)
        systemctl("start", "crmsync")
        pid = show("crmsync")["MainPID"]
        systemctl("kill", "-s", "USR1", "crmsync")
        first = self.wait_cycle()
        self.configure(interval=0.1)
        systemctl("reload", "crmsync")
        self.wait_cycle(first + 2)
        with open(f"{ETC}/sync.conf", "a", encoding="utf-8") as file:
            file.write("sync.intervall = 1;\n")
        systemctl("reload", "crmsync")
        wait(lambda: any("refused" in line["MESSAGE"] and line["PRIORITY"] == "3"
                         for line in journal("crmsync")), "the refusal in the journal")
        unit = show("crmsync")
        self.assertEqual((unit["ActiveState"], unit["MainPID"]), ("active", pid))
        self.wait_cycle(status()["last_cycle"]["id"])

    def test_stop(self):
        self.started()
        systemctl("stop", "crmsync")
        unit = show("crmsync")
        self.assertEqual((unit["ActiveState"], unit["Result"]), ("inactive", "success"))

    def test_watchdog(self):
        self.drop_in("crmsync.service", "[Service]\nWatchdogSec=2\nRestartSec=0\n")
        last = self.started()
        first = show("crmsync")["MainPID"]
        os.kill(int(first), signal.SIGSTOP)
        wait(lambda: show("crmsync")["NRestarts"] == "1", "the watchdog")
        self.wait_cycle(last)
        self.assertNotEqual(show("crmsync")["MainPID"], first)

    def test_outlives_the_watchdog(self):
        """A server that keeps silent for longer is no reason to be killed."""
        self.drop_in("crmsync.service", "[Service]\nWatchdogSec=1\nRestartSec=0\n")
        last = self.started()
        self.box.post("fault", side="people", action="delay", count=1, delay_ms=4000, match={})
        wait(lambda: status()["state"] == "scanning" and self.wait_cycle(last), "the slow cycle")
        self.wait_cycle(status()["last_cycle"]["id"])
        self.assertEqual(show("crmsync")["NRestarts"], "0")

    def test_killed(self):
        self.drop_in("crmsync.service", "[Service]\nRestartSec=0\n")
        last = self.started()
        for n in range(1, 4):
            systemctl("kill", "-s", "KILL", "crmsync")
            wait(lambda n=n: show("crmsync")["NRestarts"] == str(n), f"restart {n}")
            last = self.wait_cycle(last)
        self.assertEqual(status()["totals"]["links"], 30)

    def test_mistakes_are_not_repeated(self):
        with open(f"{ETC}/sync.conf", "a", encoding="utf-8") as file:
            file.write("sync.intervall = 1;\n")
        systemctl("start", "crmsync", code=1)
        unit = show("crmsync")
        self.assertEqual((unit["ActiveState"], unit["ExecMainStatus"], unit["NRestarts"]),
                         ("failed", "78", "0"))

    def test_instances(self):
        """Two pairs beside each other, and one of them by the timer instead."""
        for name in ("a", "b"):
            self.configure(name, name + ".")
        systemctl("start", "crmsync@a", "crmsync@b")
        self.wait_cycle(name="crmsync-a")
        self.wait_cycle(name="crmsync-b")
        last = status("crmsync-b")["last_cycle"]["id"]
        systemctl("start", "crmsync-sync@b")
        self.assertEqual(show("crmsync@b")["ActiveState"], "inactive")
        self.assertEqual(show("crmsync@a")["ActiveState"], "active")
        after = status("crmsync-b")
        self.assertEqual((after["mode"], after["state"]), ("oneshot", "stopped"))
        self.assertGreater(after["last_cycle"]["id"], last)
        systemctl("start", "crmsync-sync@b.timer")
        self.assertEqual(show("crmsync-sync@b.timer")["ActiveState"], "active")
        systemctl("stop", "crmsync-sync@b.timer")
        systemctl("start", "crmsync@b")
        self.wait_cycle(after["last_cycle"]["id"], name="crmsync-b")

    def test_verify(self):
        run("systemd-analyze", "verify", "--man=no", "crmsync.service", "crmsync@a.service",
            "crmsync-sync@a.service", "crmsync-sync@a.timer")


class ZUser(Units):
    """The same with a user of sysusers.d; the last, since users stay."""

    @classmethod
    def setUpClass(cls):
        run("systemd-sysusers")
        run("id", "crmsync")


if __name__ == "__main__":
    unittest.main(verbosity=2)
