"""A client of CSC 2.2 that manages its user's credentials, as the published text has it: `credentialCreationRequest` and
`credentialDeletionRequest`, the RAR types of 2025, the single scopes, 201 with the new credential, and 204.

It sends nulls for what it leaves open, as the other clients of 2.2 do.
"""

import json
import uuid
from pathlib import Path

from cryptography import x509
from pydantic import Field

from harness import encodings, models, verify
from harness.browser import CONSENT, consent_page, walk
from harness.failure import require
from harness.oauth_client import OAuthClient
from harness.verify import SHA256

PIN = "31415926"
TYPES = "https://cloudsignatureconsortium.org/2025/"


class Created(models.CredentialV2):
    credentialID: str = Field(min_length=1)
    auth: models.Auth


class Client(OAuthClient):
    def __init__(self, run):
        super().__init__(run, "public")

    def pushed(self, pairs):
        answer = self.form(f"{self.base}/oauth2/pushed_authorize", [*self.begin(), *pairs])
        require(answer.status == 201, answer.summary())
        return self.authorize_url([("client_id", self.client_id), ("request_uri", answer.json()["request_uri"])])

    def direct(self, pairs):
        return self.authorize_url([*self.begin(), *pairs])

    def token(self, code, details=None):
        pairs = [*self.redemption(code), ("client_id", self.client_id)]
        if details:
            pairs.append(("authorization_details", details))
        return models.Token.of(self.form(f"{self.base}/oauth2/token", pairs), [200])

    def order(self, url, values, details=None, choice=None):
        """The person's way, and the token that it gives. `choice`: what the page asks for first."""
        user = self.world.sandbox.user()
        page = consent_page(self.world.browser(), url, user)
        if choice is not None:
            button = ("decision", "choose")
            page = page.browser.press(page, page.form(CONSENT, button), {"choice": choice}, button)
        form = page.form(CONSENT, ("decision", "approve"))
        asked = {name for name, attributes in form.inputs.items() if attributes["type"] != "hidden"}
        require(asked == set(values), f"the page asks for {sorted(asked)}, not for {sorted(values)}")
        landing = page.browser.press(page, form, values, ("decision", "approve"))
        return page, self.token(landing.code(self.state), details)

    def call(self, method, body, token):
        return self.world.call(method, body, token)


def create_sign_delete(run):
    client, user = Client(run), run.sandbox.user()
    policy = run.sandbox.fact("certificatePolicies")[0]
    with run.step("info lists the methods, the metadata the scopes and types"):
        info = client.call("info", {}, None).json()
        require({"credentials/create", "credentials/delete"} <= set(info["methods"]), info["methods"])
        metadata = run.wire.send("GET", f"{client.base}/.well-known/oauth-authorization-server").json()
        require({"credential-creation", "credential-deletion"} <= set(metadata["scopes_supported"]), "scopes")
        types = metadata["authorization_details_types_supported"]
        require({TYPES + "credential-creation", TYPES + "credential-deletion"} <= set(types), types)
    with run.step("a rich request, pushed: the person sees the policy, confirms with the PIN of a credential, and chooses a new PIN"):
        details = json.dumps([{
            "type": TYPES + "credential-creation",
            "credentialCreationRequest": {"certificatePolicy": policy, "subjectData": {"family_name": "Example", "birthdate": "1980-12-01"}},
        }])
        page, token = client.order(
            client.pushed([("authorization_details", details)]), {"PIN": user["pin"], "newPIN": PIN, "repeatedPIN": PIN}, details
        )
        require(policy in page.text and "Alice Example" in page.text, page.text[:300])
        require(token.scope == "credential-creation" and token.expires_in > 0, token)
        granted = token.authorization_details[0]["credentialCreationRequest"]
        require(granted["certificatePolicy"] == policy, granted)
    with run.step("credentials/create with nulls for what is left open; the answer has the credential's details"):
        body = {
            "credentialCreationRequest": {
                "certificatePolicy": policy,
                "subjectData": {"commonName": "Alice Example", "givenName": None, "surname": "Example"},
            },
            "credentialInfo": True, "certificates": "chain", "certInfo": True, "authInfo": None, "clientData": str(uuid.uuid4()),
        }
        answer = client.call("credentials/create", body, token.access_token)
        require(answer.status == 201, answer.summary())
        created = Created.of(answer, [201])
        require(created.auth.mode == "oauth2code" and created.SCAL == "2", created)
        certificate = run.verifier.chain(created.cert.certificates)
        require("Alice Example" in created.cert.subjectDN, created.cert.subjectDN)
    with run.step("it is listed, and signs with the new PIN by a rich request of scope credential"):
        listed = client.call("credentials/list", {"credentialInfo": True}, user["serviceToken"]).json()
        require(created.credentialID in listed["credentialIDs"], listed["credentialIDs"])
        digest = verify.digest(run.document())
        signing = json.dumps([{
            "type": TYPES + "credential", "credentialID": created.credentialID, "numSignatures": 1,
            "documentDigests": [{"hash": encodings.base64std(digest), "label": "Lease", "hashType": "DTBSR"}],
            "hashAlgorithmOID": SHA256,
        }])
        url = client.direct([("scope", "credential"), ("authorization_details", signing)])
        landing = walk(run.browser(), url, user, pin=PIN)
        granted = client.token(landing.code(client.state), signing)
        body = {
            "credentialID": created.credentialID, "hashes": [encodings.base64std(digest)], "hashAlgorithmOID": SHA256,
            "signAlgo": created.key.algo[0],
        }
        answer = client.call("signatures/signHash", body, granted.access_token)
        require(answer.status == 200, answer.summary())
        run.verifier.signatures(answer.json()["signatures"], certificate, [digest], created.key.algo[0])
    with run.step("scope credential-deletion; the person confirms with the PIN; 204, and it is gone and revoked"):
        url = client.direct([("scope", "credential-deletion"), ("credentialID", created.credentialID)])
        page, token = client.order(url, {"PIN": PIN})
        require("deleted" in page.text, page.text[:300])
        require(token.scope == "credential-deletion" and token.credentialID == created.credentialID, token)
        delete(client, {"credentialID": created.credentialID, "revoke": True, "revocationReason": 4}, token)
        listed = client.call("credentials/list", {}, user["serviceToken"]).json()
        require(created.credentialID not in listed["credentialIDs"], listed["credentialIDs"])
        require(revocation(run, certificate) == x509.ReasonFlags.superseded, "not the reason that was asked for")
    with run.step("a rich request with the short type credential-deletion"):
        _, token = client.order(
            client.direct([("scope", "credential-creation"), ("certificatePolicy", policy)]),
            {"PIN": user["pin"], "newPIN": PIN, "repeatedPIN": PIN},
        )
        subject = {"family_name": "Example", "gender": "female", "address": {"country": "AT", "locality": "Wien"}}
        request = {"certificatePolicy": policy, "subjectData": subject}
        answer = client.call("credentials/create", {"credentialCreationRequest": request}, token.access_token)
        require(answer.status == 201 and set(answer.json()["cert"]) == {"status"}, answer.summary())
        made = answer.json()["credentialID"]
        details = json.dumps([{"type": "credential-deletion", "credentialID": made}])
        _, token = client.order(client.pushed([("authorization_details", details)]), {"PIN": PIN}, details)
        delete(client, {"credentialID": made, "revoke": None}, token)
    with run.step("the scopes alone: the page asks which policy and which credential, and the token answers name them"):
        values = {"PIN": user["pin"], "newPIN": PIN, "repeatedPIN": PIN}
        _, token = client.order(client.direct([("scope", "credential-creation")]), values, choice=policy)
        request = token.authorization_details[0]["credentialCreationRequest"]
        require(request["certificatePolicy"] == policy, request)
        answer = client.call("credentials/create", {"credentialCreationRequest": request}, token.access_token)
        require(answer.status == 201, answer.summary())
        made = answer.json()["credentialID"]
        _, token = client.order(client.direct([("scope", "credential-deletion")]), {"PIN": PIN}, choice=made)
        require(token.credentialID == made, token)
        granted = [{"type": TYPES + "credential-deletion", "credentialID": made}]
        require(token.authorization_details == granted, token)
        delete(client, {"credentialID": made}, token)


def delete(client, request, token):
    body = {"credentialDeletionRequest": request, "clientData": None}
    answer = client.call("credentials/delete", body, token.access_token)
    require((answer.status, answer.text) == (204, ""), answer.summary())


def revocation(run, certificate):
    """The reason on the CA's list."""
    octets = (Path(run.sandbox.file).parent / "issuing.crl").read_bytes()
    entry = x509.load_der_x509_crl(octets).get_revoked_certificate_by_serial_number(certificate.serial_number)
    require(entry is not None, "the CA's list does not name the certificate")
    return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason


SCENARIOS = [create_sign_delete]
