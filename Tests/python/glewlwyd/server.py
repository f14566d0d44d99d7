"""Debian's glewlwyd as a process of the test's own: free port on loopback, SQLite in a folder, ended by its pid."""

import secrets
import sqlite3
from pathlib import Path

from glewlwyd.administration import Administration
from harness.gateway import answers
from harness.processes import Process, free_ports

PROGRAM = "/usr/bin/glewlwyd"
SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
MODULES = "/usr/lib/glewlwyd"
# What the schema gives to the administrator; replaced before anybody else can know the port.
FIRST_PASSWORD = "password"


def is_installed():
    return Path(PROGRAM).exists()


class Server:
    """`folder` keeps configuration, database and log; the same folder and port bring back the same provider."""

    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.port = port or free_ports(1)[0]
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
        self.process = Process([PROGRAM, "--config-file", configuration], self.folder / "glewlwyd.out")
        self.process.wait_until(lambda: answers(self.url + "/config"))
        if is_new:
            Administration(self.url, FIRST_PASSWORD).change_password(FIRST_PASSWORD, self.admin_password)
        return self

    def administration(self):
        return Administration(self.url, self.admin_password)

    def stop(self):
        self._end(Process.stop)

    def kill(self):
        self._end(Process.kill)

    def _end(self, how):
        process, self.process = self.process, None
        if process is not None:
            how(process)

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
