"""What an administrator does at glewlwyd, through its REST API."""

import http.cookiejar
import json
import urllib.error
import urllib.request


class Refused(Exception):
    """An answer that was not expected; says what glewlwyd said."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body[:300]!r}")
        self.status = status
        self.body = body


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Session:
    """A browser's cookies, and JSON in both directions. Redirects are given back, not followed."""

    def __init__(self, url):
        self.url = url
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            NoRedirect())

    def send(self, method, path, value=None, headers=None, body=None):
        """Status, headers and body; `value` goes as JSON, `body` as it is."""
        headers = dict(headers or {})
        if value is not None:
            body = json.dumps(value).encode()
            headers["Content-Type"] = "application/json"
        address = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(address, data=body, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def call(self, method, path, value=None, expected=200):
        status, _, body = self.send(method, path, value)
        if status != expected:
            raise Refused(status, body)
        return json.loads(body) if body.startswith((b"{", b"[")) else None

    def log_in(self, username, password):
        self.call("POST", "/api/auth/", {"username": username, "password": password})
        return self


class Administration:
    def __init__(self, url, password):
        self._session = Session(url).log_in("admin", password)

    def change_password(self, old, new):
        self._session.call("PUT", "/api/profile/password", {"old_password": old, "password": new})

    def keep_user_property(self, name):
        """Users get a further property; without this glewlwyd drops it."""
        module = self._session.call("GET", "/api/mod/user/database")
        module["parameters"]["data-format"][name] = {
            "multiple": False, "read": True, "write": True, "profile-read": True, "profile-write": False}
        self._session.call("PUT", "/api/mod/user/database", module)
        self._session.call("PUT", "/api/mod/user/database/reset")

    def add_user(self, username, password, **members):
        self._session.call(
            "POST", "/api/user",
            {"username": username, "password": password, "enabled": True, "scope": ["openid", "g_profile"], **members})

    def add_client(self, client_id, **members):
        self._session.call(
            "POST", "/api/client", {"client_id": client_id, "name": client_id, "enabled": True, **members})

    def add_openid(self, name, parameters):
        self._session.call(
            "POST", "/api/mod/plugin", {
                "module": "oidc", "name": name, "display_name": name, "order_rank": 0, "readonly": False,
                "parameters": parameters})
