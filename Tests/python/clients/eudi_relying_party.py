"""EUDI's relying party and its web tester in Python, eudi-srv-web-rpcentric-signer-relyingparty-py 00305eb (CSC 2.2).

`requests` sends the token parameters in the query with an empty body, and `authorization_details` as `str()` of a list.
RFC 6749 §3.2 and §2.3.1 forbid the first, RFC 9396 §2 the second, so both are refused; nothing else of it is. A client that is
registered with `tokenParametersInQuery` is served all the same. Only 201 makes a credential for it, and it deletes with the nested
object of 2.2. Read, not run: `csc-2.2-differences.md`, B.1.
"""

from urllib.parse import urlencode

from harness import encodings, models, verify
from harness.browser import walk
from harness.failure import require
from harness.oauth_client import FORM, OAuthClient


class RelyingParty(OAuthClient):
    def __init__(self, run, label="confidential"):
        super().__init__(run, label)

    def service_code(self):
        url = self.authorize_url([*self.begin(), ("scope", "service"), ("lang", "en-US")])
        return walk(self.world.browser(), url, self.world.sandbox.user()).code(self.state)

    def token(self, pairs):
        """With a Basic header and the parameters in the body."""
        headers = [FORM, ("Authorization", encodings.basic(self.client_id, self.secret))]
        return models.Token.of(self.form(f"{self.base}/oauth2/token", [*pairs, ("client_id", self.client_id)], headers), [200])


def in_the_query(run, party, pairs):
    url = f"{party.base}/oauth2/token?{urlencode(pairs)}"
    return run.wire.send("POST", url, [("Authorization", encodings.basic(party.client_id, party.secret))], b"")


def registered_for_the_query(run):
    party = RelyingParty(run, "tester")
    with run.step("requests.post(url, params=…), as it is registered: a token, with the secret in the header"):
        pairs = [*party.redemption(party.service_code()), ("client_id", party.client_id)]
        service = models.Token.of(in_the_query(run, party, pairs), [200])
        require(run.call("credentials/list", {}, service.access_token).status == 200, "the token does not work")


def parameters_in_the_query(run):
    party = RelyingParty(run)
    redemption = party.redemption(party.service_code())
    pairs = [*redemption, ("client_id", party.client_id)]
    with run.step("requests.post(url, params=…): refused with what to do"):
        answer = in_the_query(run, party, pairs)
        require(answer.status == 400 and answer.error == "invalid_request", answer.summary())
        require(answer.json()["error_description"] == "Send the parameters in the body, not in the query", answer.summary())
    with run.step("the same code in the body: nothing was spent"):
        require(party.token(redemption).access_token, "no token")
    with run.step("authorization_details with single quotation marks: refused at the redirect URI"):
        details = str([{"type": "credential", "credentialID": run.sandbox.credential_id("p256-oauth"), "numSignatures": 1}])
        url = party.authorize_url([*party.begin(), ("authorization_details", details)])
        landing = run.browser().open(url)
        require(landing.params.get("error") == "invalid_authorization_details", landing.params)


def signing(run):
    party = RelyingParty(run)
    with run.step("scope service, list and info"):
        service = party.token(party.redemption(party.service_code()))
        wanted = run.sandbox.credential_id("p256-oauth")
        listed = models.CredentialList.of(run.call("credentials/list", {"credentialInfo": True, "certificates": "chain",
                                                                        "certInfo": True}, service.access_token))
        require(wanted in listed.credentialIDs, listed.credentialIDs)
        info = models.CredentialV2.of(run.call("credentials/info", {"credentialID": wanted, "certificates": "chain",
                                                                    "certInfo": True, "authInfo": True}, service.access_token))
        certificate = run.verifier.chain(info.cert.certificates)
    digest = run.digest_with_plus_and_slash()
    with run.step("scope credential, hashes in base64url, and signHash with the credential token"):
        pairs = [*party.begin(), ("scope", "credential"), ("credentialID", wanted), ("numSignatures", "1"),
                 ("hashes", encodings.base64url(digest)), ("hashAlgorithmOID", verify.SHA256)]
        landing = walk(run.browser(), party.authorize_url(pairs), run.sandbox.user(), pin=run.sandbox.user()["pin"])
        token = party.token(party.redemption(landing.code(party.state)))
        body = {"credentialID": wanted, "hashes": [encodings.base64std(digest)], "hashAlgorithmOID": verify.SHA256,
                "signAlgo": verify.ECDSA_SHA256, "operationMode": "S"}
        signed = models.Signatures.of(run.call("signatures/signHash", body, token.access_token))
        run.verifier.signatures(signed.signatures, certificate, [digest], verify.ECDSA_SHA256)


SCENARIOS = [parameters_in_the_query, registered_for_the_query, signing]
WITHOUT_SIGNATURES = [parameters_in_the_query, registered_for_the_query]
