"""Debian's glewlwyd as a process of the test's own: free port on loopback, SQLite in a folder, ended by its pid."""

import http.client
import secrets
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

from administration import Administration

PROGRAM = "/usr/bin/glewlwyd"
SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
MODULES = "/usr/lib/glewlwyd"
# What the schema gives to the administrator; replaced before anybody else can know the port.
FIRST_PASSWORD = "password"
START_SECONDS = 15


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """`folder` keeps configuration, database and log; the same folder and port bring back the same provider."""

    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.admin_password = secrets.token_urlsafe(24)
        self.process = None

    def start(self):
        database = self.folder / "glewlwyd.db"
        is_new = not database.exists()
        if is_new:
            with sqlite3.connect(database) as connection:
                connection.executescript(Path(SCHEMA).read_text())
            connection.close()
        configuration = self.folder / "glewlwyd.conf"
        configuration.write_text(self._configuration(database))
        with open(self.folder / "glewlwyd.out", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--config-file", str(configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()
        if is_new:
            Administration(self.url, FIRST_PASSWORD).change_password(FIRST_PASSWORD, self.admin_password)
        return self

    def administration(self):
        return Administration(self.url, self.admin_password)

    def stop(self):
        self._end(lambda process: process.terminate())

    def kill(self):
        """At once, without a word to anybody who waits for an answer."""
        self._end(lambda process: process.kill())

    def _end(self, how):
        process, self.process = self.process, None
        if process is None:
            return
        how(process)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", "/config")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.05)
            finally:
                connection.close()
        log = (self.folder / "glewlwyd.out").read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"glewlwyd did not get ready\n{log}")

    def _middleware(self):
        # Debian's package has none, and glewlwyd complains about a folder that is not there.
        folder = self.folder / "middleware"
        folder.mkdir(exist_ok=True)
        return folder

    def _configuration(self, database):
        # The browser's cookie is bound to the host of the URL.
        return f'''
port={self.port}
bind_address="127.0.0.1"
external_url="{self.url}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
hash_algorithm="SHA512"
user_module_path="{MODULES}/user"
user_middleware_module_path="{self._middleware()}"
client_module_path="{MODULES}/client"
user_auth_scheme_module_path="{MODULES}/scheme"
plugin_module_path="{MODULES}/plugin"
database = {{ type="sqlite3" path="{database}" }};
'''
