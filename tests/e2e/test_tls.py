# SPDX-License-Identifier: Apache-2.0
"""D8: what is not the right server gets neither the token nor a second thought."""

import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest

from daemon import Daemon
from front import Front
from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}


class Certificate:
    """Made for the occasion by openssl, for an address or a name, until a day from now or yesterday."""

    def __init__(self, folder, name, subject="IP:127.0.0.1", expired=False):
        self.path = os.path.join(folder, f"{name}.pem")
        self.key = os.path.join(folder, f"{name}.key")
        days = ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
        key = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
               "-nodes", "-subj", "/CN=crmsync-test", "-keyout", self.key]
        if not expired:
            self.openssl([*key, "-x509", "-days", "1", "-addext", f"subjectAltName={subject}",
                          "-out", self.path])
            return
        request = self.path + ".csr"
        self.openssl([*key, "-out", request])
        extensions = self.path + ".ext"
        with open(extensions, "w", encoding="utf-8") as file:
            file.write(f"subjectAltName={subject}\n")
        # `openssl x509` knows no dates before 3.4, `ca` always did.
        self.authority(folder, request, extensions, days)

    def authority(self, folder, request, extensions, days):
        base = os.path.join(folder, "authority")
        os.mkdir(base)
        for name, text in (("index.txt", ""), ("serial", "01\n"), ("conf", f"""
[ca]
default_ca = it
[it]
database = {base}/index.txt
serial = {base}/serial
new_certs_dir = {base}
default_md = sha256
policy = any
[any]
commonName = supplied
""")):
            with open(os.path.join(base, name), "w", encoding="utf-8") as file:
                file.write(text)
        start, end = days[1], days[3]
        self.openssl(["openssl", "ca", "-batch", "-selfsign", "-config",
                      os.path.join(base, "conf"), "-keyfile", self.key, "-in", request,
                      "-extfile", extensions, "-startdate", start, "-enddate", end,
                      "-out", self.path, "-notext"])

    def openssl(self, command):
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())


def hangs_up(_):
    raise ConnectionResetError


@unittest.skipUnless(shutil.which("openssl"), "needs openssl")
class Wrong(Case):
    """Nobody answers to a handshake that failed: not even the number of a request is known to it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="crmsync-e2e-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.right = Certificate(cls.folder, "right")
        cls.other_name = Certificate(cls.folder, "name", "DNS:crm.example.com,IP:127.0.0.2")
        cls.next = Certificate(cls.folder, "next")
        cls.expired = Certificate(cls.folder, "expired", expired=True)

    def served(self, side, certificate, ca_file, version=None, **overrides):
        world = self.open(**overrides)
        front = Front(self, world, side)
        front.serve_tls(certificate, version)
        settings = {f"{side}.base_url": front.url.replace("http:", "https:"),
                    "sync.retry.attempts": 3}
        if ca_file:
            settings[f"{side}.ca_file"] = ca_file
        world.configure(settings)
        world.create(other(side), **ADA)
        world.clear_log()
        return world, front

    def check(self, side, certificate, ca_file, words, version=None):
        world, front = self.served(side, certificate, ca_file, version)
        world.run("sync", code=69)
        stderr = world.runs[-1][3].decode()
        said = [line for line in stderr.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(said), 1, stderr)
        self.assertIn(side, said[0])
        self.assertRegex(said[0], words)
        self.assertEqual(front.seen, [], "no request, no token")
        self.assertEqual(world.writes(), [])
        self.assertNotIn("sandbox-", stderr)
        return world

    def test_right(self):
        """What is refused below is refused for what is wrong with it."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.served(side, self.right, self.right.path)
                world.sync()
                self.assertGreater(len(front.seen), 0)
                self.assert_mirrored(world, 1)
                world.settled()

    def test_unknown_authority(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.check(side, self.right, None, "not trusted")

    def test_another_authority(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.check(side, self.right, self.other_name.path, "not trusted")

    def test_another_name(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.check(side, self.other_name, self.other_name.path, "not trusted")

    def test_expired(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.check(side, self.expired, self.expired.path, "not trusted.*clock")

    def test_old_protocol(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.check(side, self.right, self.right.path, ".", ssl.TLSVersion.TLSv1_1)

    def test_no_tls_at_all(self):
        """A server that speaks plain HTTP where https is configured."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open(sync__retry__attempts=2)
                front = Front(self, world, side)
                world.configure({f"{side}.base_url": front.url.replace("http:", "https:"),
                                 "sync.retry.attempts": 2})
                world.run("sync", code=69)
                self.assertEqual(front.seen, [])

    def test_another_in_the_same_file(self):
        """HUP takes what the file holds by then, at once."""
        for side in SIDES:
            with self.subTest(side=side):
                authority = os.path.join(self.folder, f"{side}-authority.pem")
                shutil.copy(self.right.path, authority)
                world, front = self.served(side, self.right, authority)
                daemon = Daemon(world).wait_ready()
                daemon.wait(lambda: len(world.view(side)) == 1, "she comes across")
                front.lie = hangs_up
                front.stop()
                Front(self, world, side, front.port).serve_tls(self.next)
                shutil.copy(self.next.path, authority)
                world.create(other(side), name=Name("Grace", "", "Hopper"),
                             emails=["grace@example.com"])
                daemon.send(signal.SIGHUP)
                daemon.wait_log("took the new configuration")
                daemon.send(signal.SIGUSR1)
                daemon.wait(lambda: len(world.view(side)) == 2, "the next one comes across", 20)
                daemon.stop()

    def test_changes_in_the_middle(self):
        """The right one, then nobody in its place: the work stops."""
        world, front = self.served("people", self.right, self.right.path)
        world.sync()
        front.stop()
        world.create("records", name=Name("Grace", "", "Hopper"), emails=["grace@example.com"])
        self.assertEqual(len(world.view("people")), 1)
        world.run("sync", code=69)


if __name__ == "__main__":
    unittest.main()
