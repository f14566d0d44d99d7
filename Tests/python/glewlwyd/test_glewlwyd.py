"""That the provider does what the tests of the gateway take for granted.

    python -m unittest discover -s Tests/python/glewlwyd
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import urlencode

from administration import Refused, Session
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from person import base64url, claims, post
from provider import CIBA, Provider


def assertion(client, audience):
    """A client assertion of RFC 7523, ES256."""
    now = int(time.time())
    header = {"alg": "ES256", "typ": "JWT"}
    body = {"iss": client.client_id, "sub": client.client_id, "aud": audience, "iat": now, "exp": now + 60,
            "jti": secrets.token_urlsafe(16)}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, body))
    key = serialization.load_pem_private_key(client.private_key.encode(), None)
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text + "." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Glewlwyd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.provider = Provider(folder.name).start()
        cls.addClassCleanup(cls.provider.stop)
        cls.alice = cls.provider.people["alice"]

    def test_discovery_tells_what_it_can(self):
        _, _, body = Session("").send("GET", self.provider.issuer + "/.well-known/openid-configuration")
        document = json.loads(body)
        self.assertEqual(document["issuer"], self.provider.issuer)
        self.assertTrue(document["require_code_challenge"])
        for name in ("pushed_authorization_request", "introspection", "userinfo", "backchannel_authentication"):
            self.assertTrue(document[name + "_endpoint"].startswith(self.provider.issuer))

    def test_code_flow_gives_nonce_level_and_no_time(self):
        for client in ("portal", "portal-app"):
            for pushed in (False, True):
                nonce = secrets.token_urlsafe(16)
                token = claims(self.alice.log_in(client, nonce, pushed)["id_token"])
                self.assertEqual((token["nonce"], token["loa"], token["aud"]), (nonce, "high", client))
                self.assertEqual((token["sub"], token["auth_time"]), (self.alice.subject, 0))
                self.assertNotIn("acr", token)

    def test_pkce_is_required(self):
        query = {"response_type": "code", "client_id": "portal", "scope": "openid", "nonce": "n", "state": "s",
                 "redirect_uri": self.provider.redirect_uri, "g_continue": ""}
        status, headers, _ = self.alice.browser().send("GET", f"{self.provider.issuer}/auth?{urlencode(query)}")
        self.assertEqual(status, 302)
        self.assertIn("error=invalid_request", headers["Location"])
        code, _ = self.alice.code("portal", "n")
        with self.assertRaises(Refused):
            self.alice.redeem("portal", code, secrets.token_urlsafe(48))

    def test_introspection_and_userinfo(self):
        token = self.alice.log_in("gateway", "n")["access_token"]
        gateway, rival = self.provider.clients["gateway"], self.provider.clients["rival"]
        address = self.provider.issuer + "/introspect"
        status, answer = post(address, {"token": token}, gateway)
        self.assertEqual((status, answer["active"], answer["sub"]), (200, True, self.alice.subject))
        self.assertEqual(post(address, {"token": token}, rival), (200, {"active": False}))
        _, _, body = Session("").send(
            "GET", self.provider.issuer + "/userinfo", headers={"Authorization": "Bearer " + token})
        self.assertEqual((json.loads(body)["sub"], json.loads(body)["loa"]), (self.alice.subject, "high"))

    def test_ciba_poll_is_approved_or_refused(self):
        client = self.provider.clients["ciba"]
        for approve in (True, False):
            hint = json.dumps({"username": "alice"})
            status, started = post(
                self.provider.issuer + "/ciba", {"scope": "openid", "login_hint": hint, "binding_message": "B"}, client)
            self.assertEqual(status, 200)
            form = {"grant_type": CIBA, "auth_req_id": started["auth_req_id"]}
            address = self.provider.issuer + "/token"
            self.assertEqual(post(address, form, client), (400, {"error": "authorization_pending"}))
            (request,) = self.alice.waiting()
            self.assertEqual(request["binding_message"], "B")
            self.alice.answer(request, approve)
            status, answer = post(address, form, client)
            if approve:
                self.assertEqual(claims(answer["id_token"])["sub"], self.alice.subject)
            else:
                self.assertEqual((status, answer["error"]), (400, "access_denied"))

    def test_private_key_jwt_is_for_the_endpoint_that_is_called(self):
        client, address = self.provider.clients["ciba-key"], self.provider.issuer + "/ciba"
        for audience, expected in ((address, 200), (self.provider.issuer, 401)):
            status, _ = post(address, {
                "scope": "openid", "login_hint": json.dumps({"username": "bob"}),
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion(client, audience)})
            self.assertEqual(status, expected)

    def test_it_comes_back_after_a_kill(self):
        before = self.alice.subject
        self.provider.server.kill()
        self.provider.start()
        self.assertEqual(claims(self.alice.log_in("portal", "n")["id_token"])["sub"], before)

    def test_the_command_prints_data_and_ends_with_its_input(self):
        program = [sys.executable, os.path.join(os.path.dirname(__file__), "run.py"), "--algorithm", "ES256"]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as command:
            data = json.loads(command.stdout.readline())
            self.assertEqual(data["algorithm"], "ES256")
            os.kill(data["pid"], 0)
            command.stdin.close()
            self.assertEqual(command.wait(20), 0)
        with self.assertRaises(ProcessLookupError):
            os.kill(data["pid"], 0)


if __name__ == "__main__":
    unittest.main()
