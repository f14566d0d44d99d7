"""That the provider does what the tests of the gateway take for granted."""

import json
import os
import secrets
import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization

from glewlwyd.administration import Refused, Session
from glewlwyd.person import post
from glewlwyd.provider import CIBA, Provider
from harness import jose
from harness.program import ROOT


def assertion(client, audience):
    """A client assertion of RFC 7523, ES256."""
    now = int(time.time())
    header = {"alg": "ES256", "typ": "JWT"}
    body = {"iss": client.client_id, "sub": client.client_id, "aud": audience, "iat": now, "exp": now + 60,
            "jti": secrets.token_urlsafe(16)}
    return jose.signed(header, body, serialization.load_pem_private_key(client.private_key.encode(), None))


@pytest.fixture(scope="module")
def provider(folder):
    with Provider(folder) as provider:
        yield provider


@pytest.fixture(scope="module")
def alice(provider):
    return provider.people["alice"]


def test_discovery_tells_what_it_can(provider):
    _, _, body = Session("").send("GET", provider.issuer + "/.well-known/openid-configuration")
    document = json.loads(body)
    assert document["issuer"] == provider.issuer
    assert document["require_code_challenge"]
    for name in ("pushed_authorization_request", "introspection", "userinfo", "backchannel_authentication"):
        assert document[name + "_endpoint"].startswith(provider.issuer)


def test_code_flow_gives_nonce_level_and_no_time(alice):
    for client in ("portal", "portal-app"):
        for pushed in (False, True):
            nonce = secrets.token_urlsafe(16)
            token = jose.claims(alice.log_in(client, nonce, pushed)["id_token"])
            assert (token["nonce"], token["loa"], token["aud"]) == (nonce, "high", client)
            assert (token["sub"], token["auth_time"]) == (alice.subject, 0)
            assert "acr" not in token


def test_pkce_is_required(provider, alice):
    query = {"response_type": "code", "client_id": "portal", "scope": "openid", "nonce": "n", "state": "s",
             "redirect_uri": provider.redirect_uri, "g_continue": ""}
    status, headers, _ = alice.browser().send("GET", f"{provider.issuer}/auth?{urlencode(query)}")
    assert status == 302
    assert "error=invalid_request" in headers["Location"]
    code, _ = alice.code("portal", "n")
    with pytest.raises(Refused):
        alice.redeem("portal", code, secrets.token_urlsafe(48))


def test_introspection_and_userinfo(provider, alice):
    token = alice.log_in("gateway", "n")["access_token"]
    gateway, rival = provider.clients["gateway"], provider.clients["rival"]
    address = provider.issuer + "/introspect"
    status, answer = post(address, {"token": token}, gateway)
    assert (status, answer["active"], answer["sub"]) == (200, True, alice.subject)
    assert post(address, {"token": token}, rival) == (200, {"active": False})
    _, _, body = Session("").send(
        "GET", provider.issuer + "/userinfo", headers={"Authorization": "Bearer " + token})
    assert (json.loads(body)["sub"], json.loads(body)["loa"]) == (alice.subject, "high")


def test_ciba_poll_is_approved_or_refused(provider, alice):
    client = provider.clients["ciba"]
    for approve in (True, False):
        hint = json.dumps({"username": "alice"})
        status, started = post(
            provider.issuer + "/ciba", {"scope": "openid", "login_hint": hint, "binding_message": "B"}, client)
        assert status == 200
        form = {"grant_type": CIBA, "auth_req_id": started["auth_req_id"]}
        address = provider.issuer + "/token"
        assert post(address, form, client) == (400, {"error": "authorization_pending"})
        (request,) = alice.waiting()
        assert request["binding_message"] == "B"
        alice.answer(request, approve)
        status, answer = post(address, form, client)
        if approve:
            assert jose.claims(answer["id_token"])["sub"] == alice.subject
        else:
            assert (status, answer["error"]) == (400, "access_denied")


def test_private_key_jwt_is_for_the_endpoint_that_is_called(provider):
    client, address = provider.clients["ciba-key"], provider.issuer + "/ciba"
    for audience, expected in ((address, 200), (provider.issuer, 401)):
        status, _ = post(address, {
            "scope": "openid", "login_hint": json.dumps({"username": "bob"}),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion(client, audience)})
        assert status == expected


def test_it_comes_back_after_a_kill(provider, alice):
    before = alice.subject
    provider.server.kill()
    provider.start()
    assert jose.claims(alice.log_in("portal", "n")["id_token"])["sub"] == before


def test_the_command_prints_data_and_ends_with_its_input():
    program = [sys.executable, "-m", "glewlwyd.run", "--algorithm", "ES256"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT / "Tests/python"
    ) as command:
        data = json.loads(command.stdout.readline())
        assert data["algorithm"] == "ES256"
        os.kill(data["pid"], 0)
        command.stdin.close()
        assert command.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(data["pid"], 0)
