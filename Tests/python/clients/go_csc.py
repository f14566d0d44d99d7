"""gmb-lib/go-csc 0.2.0 and the eParaksts signer made with it, for credentials that exist (CSC 2.x, profile `lvrtc`).

OAuth below `{base}/csc/v2`, pushed requests only, a Basic header without `client_id` in the form of the token request, then
`authorize?client_id&request_uri`; `acr_values` as a parameter, `hashes` in standard base64. Read, not run:
`csc-2.2-differences.md`, B.4. Its first leg for people without a credential (a qualifier and no hashes) is not replayed:
credentials by qualifier are not made here.
"""

from urllib.parse import urlencode

from harness import encodings, models, verify
from harness.browser import walk
from harness.failure import require
from harness.oauth_client import FORM, OAuthClient


class Client(OAuthClient):
    def __init__(self, run):
        super().__init__(run, "confidential")
        self.oauth = self.base + "/csc/v2/oauth2"
        self.headers = [FORM, ("Authorization", encodings.basic(self.client_id, self.secret))]

    def approved(self, pairs, **person):
        answer = self.form(f"{self.oauth}/pushed_authorize", [*self.begin(), *pairs], self.headers)
        require(answer.status == 201 and answer.json()["expires_in"] > 0, answer.summary())
        query = urlencode([("client_id", self.client_id), ("request_uri", answer.json()["request_uri"])])
        landing = walk(self.world.browser(), f"{self.oauth}/authorize?{query}", self.world.sandbox.user(), **person)
        answer = self.form(f"{self.oauth}/token", self.redemption(landing.code(self.state)), self.headers)
        return models.Token.of(answer, [200])


def signing(run):
    client, user = Client(run), run.sandbox.user()
    wanted = run.sandbox.credential_id("p256-oauth")
    with run.step("scope service, pushed; list and info"):
        service = client.approved([("scope", "service"), ("acr_values", "urn:safelayer:tws:policies:authentication:level:high")])
        listed = models.CredentialList.of(run.call("credentials/list", {"credentialInfo": True}, service.access_token))
        require(wanted in listed.credentialIDs, listed.credentialIDs)
    digests = [run.digest_with_plus_and_slash() for _ in range(40)]
    with run.step("40 digests in standard base64, pushed"):
        token = client.approved([
            ("scope", "credential"), ("credentialID", wanted), ("numSignatures", "40"), ("hashAlgorithmOID", verify.SHA256),
            ("hashes", ",".join(map(encodings.base64std, digests))),
        ], pin=user["pin"])
    with run.step("signHash with the credential token"):
        body = {"credentialID": wanted, "hashes": [encodings.base64std(digest) for digest in digests],
                "hashAlgorithmOID": verify.SHA256, "signAlgo": verify.ECDSA_SHA256}
        signed = models.Signatures.of(run.call("signatures/signHash", body, token.access_token))
        run.verifier.signatures(signed.signatures, run.certificate("p256-oauth"), digests, verify.ECDSA_SHA256)


SCENARIOS = [signing]
