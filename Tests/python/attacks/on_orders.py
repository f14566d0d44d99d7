"""Attacks on the making and deleting of credentials."""

import json
from concurrent.futures import ThreadPoolExecutor

from attacks.parties import attack, granted, refused
from harness import encodings, verify
from harness.browser import CONSENT, Landing, Page, consent_page
from harness.failure import require

PIN = "27182818"
POLICY = "1.3.6.1.4.1.32473.1.9.2"
TYPES = "https://cloudsignatureconsortium.org/2025/"
USED = {"error": ("invalid_token", "expired_token"), "status": 401}


def press(page, decision, values):
    return page.browser.press(page, page.form(CONSENT, ("decision", decision)), values, ("decision", decision))


def order(party, request, values, user=None):
    """The token of an order, by the person's own log-in and consent."""
    user = user or party.world.user
    landing = press(consent_page(party.world.browser(), party.url(request), user), "approve", values)
    return granted(party.exchange(landing.code(request.state), request))["access_token"]


def creation_token(party, user=None, **changes):
    request = party.request("credential-creation", certificatePolicy=POLICY, **changes)
    return order(party, request, creation_form(user or party.world.user), user)


def creation_form(user):
    return {"PIN": user["pin"], "newPIN": PIN, "repeatedPIN": PIN}


def deletion_token(party, credential, pin=PIN, user=None):
    request = party.request("credential-deletion", credentialID=credential)
    return order(party, request, {"PIN": pin}, user)


def create(world, token, subject=None, policy=POLICY):
    body = {"credentialCreationRequest": {"certificatePolicy": policy} | ({"subjectData": subject} if subject else {})}
    return world.call("credentials/create", body, token)


def created(world, token):
    answer = create(world, token)
    require(answer.status == 201, answer.summary())
    return answer.json()["credentialID"]


def delete(world, credential, token):
    return world.call("credentials/delete", {"credentialID": credential}, token)


def listed(world, user=None):
    answer = world.call("credentials/list", {}, (user or world.user)["serviceToken"])
    require(answer.status == 200, answer.summary())
    return set(answer.json()["credentialIDs"])


@attack
def creation_without_the_person(world):
    """A service token, a person's or the partner's own, makes or deletes credentials.

    CSC 2.1+ (scopes credential-creation and credential-deletion); RFC 6750 §3.1.
    """
    party = world.party("confidential")
    before = listed(world)
    for token in (world.user["serviceToken"], party.service_token(), party.own_token()["access_token"]):
        refused(create(world, token), "insufficient_scope", status=403)
        for credential in before:
            refused(delete(world, credential, token), "insufficient_scope", status=403)
    for token in (None, "x", "A" * 48):
        refused(create(world, token), status=(400, 401))
    require(listed(world) == before, "something was made or deleted")


@attack
def creation_by_password(world):
    """Whoever knows a person's log-in password orders a certificate in the person's name, and signs with a PIN of his own.

    ETSI EN 419241-1 SRG_KM, SRA_SAP (sole control); the log-in password passes through partners' software (auth/login).
    """
    party = world.party("public")
    before = listed(world)
    require(created(world, creation_token(party)) not in before, "the honest way does not work")
    before = listed(world)
    for policy in world.sandbox.fact("certificatePolicies"):
        request = party.request("credential-creation", certificatePolicy=policy)
        page = consent_page(world.browser(), party.url(request), world.user)
        for values in ({}, {"PIN": ""}, {"PIN": PIN}, {"PIN": world.user["password"]}):
            result = press(page, "approve", {"newPIN": PIN, "repeatedPIN": PIN} | values)
            require(isinstance(result, Page) and result.status == 400, f"{values}: {result}")
        # An own credential for the guesses that follow: three wrong PINs in a row lock.
        require(isinstance(press(result, "approve", creation_form(world.user)), Landing), "the honest way is closed")
    # Bob's credential is for partners' software; it gives none that is authorized on our page alone.
    bob = world.sandbox.user("bob")
    request = party.request("credential-creation", certificatePolicy=world.sandbox.fact("certificatePolicies")[0])
    try:
        consent_page(world.browser(), party.url(request), bob)
    except Exception as error:
        require("access_denied" in str(error), f"another answer: {error}")
    else:
        require(False, "offered with the PIN that a partner knows")
    require(listed(world) == before, "something was made")


@attack
def creation_in_another_name(world):
    """A person orders a certificate that names somebody else.

    ETSI EN 319 411-1 §6.2 (the subject's identity is verified).
    """
    party, bob = world.party("public"), world.sandbox.user("bob")
    before = listed(world)
    token = creation_token(party, bob)
    for subject in (
        {"givenName": "Alice"}, {"commonName": "Alice Example"}, {"GN": "Bob", "CN": "Alice Example"},
        {"givenName": "bob"}, {"givenName": "Bob "}, {"serialNumber": "PASAT-1"}, {"organizationName": "Example"}, "Alice",
    ):  # fmt: skip
        refused(create(world, token, subject), "invalid_request", status=400)
    # Nor does the page offer it.
    details = [{"type": TYPES + "credential-creation", "certificatePolicy": POLICY, "subjectData": {"GN": "Alice"}}]
    request = party.request("credential-creation", authorization_details=json.dumps(details))
    try:
        result = consent_page(world.browser(), party.url(request), bob)
    except Exception as error:
        require("access_denied" in str(error), f"another answer: {error}")
    else:
        require(False, f"a page: {result.text[:200]}")
    answer = create(world, token, {"givenName": "Bob", "surname": "Example"})
    require(answer.status == 201, answer.summary())
    made = answer.json()["credentialID"]
    require(listed(world) == before, "it became another person's")
    require(delete(world, made, deletion_token(party, made, user=bob)).status == 204, "the honest way is closed")


@attack
def order_twice(world):
    """An order's token is used again, one after the other and at once; its code comes again; it was revoked.

    RFC 6749 §4.1.2; CSC 2.1+ (one credential for each authorization).
    """
    party = world.party("public")
    token = creation_token(party)
    before = listed(world)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: create(world, token), range(10)))
    made = [answer.json()["credentialID"] for answer in answers if answer.status == 201]
    require(len(made) == 1, f"{len(made)} credentials for one order")
    for answer in answers:
        if answer.status != 201:
            refused(answer, *USED["error"], status=USED["status"])
    refused(create(world, token), *USED["error"], status=USED["status"])
    require(listed(world) - before == set(made), "another credential")

    token = deletion_token(party, made[0])
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: delete(world, made[0], token), range(10)))
    require(sorted(answer.status for answer in answers)[0] == 204, "the honest way does not work")
    require([answer.status for answer in answers].count(204) == 1, "deleted more than once")
    require(listed(world) == before, "another credential is gone")

    request = party.request("credential-creation", certificatePolicy=POLICY)
    page = consent_page(world.browser(), party.url(request), world.user)
    code = press(page, "approve", creation_form(world.user)).code(request.state)
    token = granted(party.exchange(code, request))["access_token"]
    refused(party.exchange(code, request), "invalid_grant", status=400)
    refused(create(world, token), *USED["error"], status=USED["status"])
    token = creation_token(party)
    require(party.form("revoke", [("token", token)]).status == 204, "it cannot be revoked")
    refused(create(world, token), *USED["error"], status=USED["status"])


@attack
def order_for_something_else(world):
    """A token for one order carries out another: other credential, other policy, deleting instead of making.

    RFC 9396 §9 (authorization is for what was shown); RFC 6750 §3.1.
    """
    party = world.party("public")
    token = creation_token(party)
    refused(create(world, token, policy="1.3.6.1.4.1.32473.1.9.1"), "invalid_request", status=400)
    label = "p256-pin"
    refused(delete(world, world.sandbox.credential_id(label), token), "insufficient_scope", status=403)
    for method in ("credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash"):
        refused(world.call(method, {"credentialID": world.sandbox.credential_id(label)}, token), "invalid_token")
    made = created(world, token)

    token = deletion_token(party, made)
    refused(create(world, token), "insufficient_scope", status=403)
    for other in listed(world) - {made}:
        refused(delete(world, other, token), "invalid_request", status=400)
    digest = [world.digest()]
    refused(delete(world, made, world.party("public").credential_token("p256-oauth", digest)), "invalid_token")
    require(delete(world, made, token).status == 204, "the honest way is closed")


@attack
def deletion_of_anothers_credential(world):
    """Somebody has a credential deleted that is not his, at the own client and at another company's.

    CSC 2.1+ (credential-deletion is the owner's).
    """
    party, bob = world.party("public"), world.sandbox.user("bob")
    credential = world.sandbox.credential_id("p256-pin")
    before = listed(world)
    request = party.request("credential-deletion", credentialID=credential)
    try:
        result = consent_page(world.browser(), party.url(request), bob)
    except Exception as error:
        require("access_denied" in str(error), f"another answer: {error}")
    else:
        require(False, f"a page: {result.text[:200]}")
    rival = world.party("rival")
    result = world.browser().open(rival.url(rival.request("credential-deletion", credentialID=credential)))
    require(isinstance(result, Landing) and result.params.get("error") == "invalid_request", "offered to a rival")
    # The owner's log-in alone is not enough either.
    page = consent_page(world.browser(), party.url(request), world.user)
    result = press(page, "approve", {"PIN": "00000000"})
    require(isinstance(result, Page) and result.status == 400, "deleted with a wrong PIN")
    require(isinstance(press(result, "deny", {}), Landing), "the person cannot refuse")
    require(listed(world) == before, "something is gone")
    digests = [world.digest()]
    world.signed("p256-pin", digests, world.user["serviceToken"], world.sad("p256-pin", digests))


@attack
def order_by_the_client_itself(world):
    """A client that is not trusted with it orders in its own name, without the person.

    CSC v2 §8.2.2 notes 22 and 23 (trusted signature applications); RFC 6749 §5.2; RFC 9396 §5.
    """
    party, before = world.party("confidential"), listed(world)
    credential = world.sandbox.credential_id("p256-pin")
    rich = [{"type": "credential-deletion", "credentialID": credential}]
    made = [{"type": "credential-creation", "credentialCreationRequest": {"certificatePolicy": POLICY}}]
    for pairs, error in (
        ([("scope", "credential-deletion"), ("credentialID", credential)], "invalid_scope"),
        ([("scope", "credential-creation"), ("certificatePolicy", POLICY)], "invalid_scope"),
        ([("authorization_details", json.dumps(rich))], "invalid_authorization_details"),
        ([("authorization_details", json.dumps(made))], "invalid_authorization_details"),
    ):
        refused(party.form("token", [("grant_type", "client_credentials"), *pairs]), error, status=400)
    require(listed(world) == before, "something was made or deleted")


@attack
def choice_of_what_is_not_offered(world):
    """The page that asks which credential is to be deleted is answered with another's, and skipped.

    CSC v2 §8.2.2 (scope without parameters); RFC 9700 §4.7.
    """
    party, before = world.party("public"), listed(world)
    page = consent_page(world.browser(), party.url(party.request("credential-deletion")), world.user)
    form = page.form(CONSENT, ("decision", "choose"))
    require(before & {form.inputs["choice"]["value"]}, "the page offers what is not the person's")
    hidden = {name: form.inputs[name]["value"] for name in ("transaction", "csrf")}

    def post(**pairs):
        return page.browser.post(page.url.split("/oauth2/")[0] + CONSENT, hidden | pairs, page)

    bobs = listed(world, world.sandbox.user("bob"))
    for choice in [*bobs, "", "x" * 5000, "0"]:
        result = post(decision="choose", choice=choice)
        require(isinstance(result, Page) and result.status == 400, f"{choice[:40]} was taken")
    for pairs in ({"decision": "approve", "PIN": world.user["pin"]}, {"decision": "approve", "choice": min(before)}):
        result = post(**pairs)
        require(isinstance(result, Page) and result.status == 400, "approved without a choice")
    # The form of the next page is good for what that page shows.
    first, second = sorted(world.sandbox.credential_id(label) for label in ("p256-pin", "p384-pin"))
    shown = post(decision="choose", choice=first)
    require(shown.status == 200 and not shown.form(CONSENT, ("decision", "approve")).inputs.get("choice"), shown.text[:200])
    post(decision="choose", choice=second)
    result = press(shown, "approve", {"PIN": world.user["pin"]})
    require(isinstance(result, Page) and result.status == 400, "approved what another page showed")
    require(listed(world) == before, "something is gone")


@attack
def deleted_and_still_signing(world):
    """What was authorized before a credential was deleted is used afterwards: SADs, tokens, handles, jobs.

    CSC v1 §11.9; ETSI EN 319 411-1 §6.2.4 (a revoked certificate signs no more).
    """
    party = world.party("public")
    made = created(world, creation_token(party))
    token = world.user["serviceToken"]
    digests = [world.digest(), world.digest()]
    body = {
        "credentialID": made, "numSignatures": 2, "hashes": [encodings.base64std(d) for d in digests],
        "hashAlgorithmOID": verify.SHA256, "authData": [{"id": "PIN", "value": PIN}],
    }  # fmt: skip
    answer = world.call("credentials/authorize", body, token)
    require(answer.status == 200, answer.summary())
    sad = answer.json()["SAD"]

    def sign(digest, **extra):
        return world.call(
            "signatures/signHash",
            {
                "credentialID": made, "SAD": sad, "hashes": [encodings.base64std(digest)],
                "hashAlgorithmOID": verify.SHA256, "signAlgo": verify.ECDSA_SHA256, **extra,
            }, token,
        )  # fmt: skip

    require(sign(digests[0]).status == 200, "the honest way does not work")
    require(delete(world, made, deletion_token(party, made)).status == 204, "it cannot be deleted")
    for digest in digests:
        refused(sign(digest), "invalid_request", status=400, texts=("Invalid parameter credentialID",))
        refused(sign(digest, operationMode="A"), "invalid_request", status=400)
    refused(world.call("credentials/authorize", body, token), "invalid_request", status=400)
    refused(
        world.call(
            "credentials/extendTransaction",
            {"credentialID": made, "SAD": sad, "hashes": body["hashes"][1:], "hashAlgorithmOID": verify.SHA256}, token,
        ), "invalid_request", status=400,
    )  # fmt: skip
    refused(world.call("credentials/info", {"credentialID": made}, token), "invalid_request", status=400)
