"""Attacks on the token that makes signatures."""

from concurrent.futures import ThreadPoolExecutor

from attacks.parties import attack, refused
from harness import encodings, verify
from harness.failure import require

NOT_AUTHORIZED = ("Hash is not authorized by neither SAD nor an access token with scope “credential”",)


def both_ways(party, label, digests, token):
    """The token as bearer, and as SAD under the person's service token of the same client."""
    yield party.world.sign(label, digests, token)
    yield party.world.sign(label, digests, party.service_token(), sad=token)


@attack
def credential_token_for_other_hashes(world):
    """A credential token signs what its owner did not see; what he saw can still be signed, once.

    CSC v2 §8.2.2 and §11.13 (SCAL 2: linked to the hashes); v1 §11.9.
    """
    party = world.party("public")
    digests = [world.digest(), world.digest()]
    token = party.credential_token("p256-oauth", digests)
    for wrong in ([world.digest()], [digests[0], world.digest()], [digests[0], digests[0]], [digests[0], *digests]):
        for answer in both_ways(party, "p256-oauth", wrong, token):
            refused(answer, "invalid_request", status=400)
    for answer in both_ways(party, "p256-oauth", [world.digest()], token):
        refused(answer, "invalid_request", status=400, texts=NOT_AUTHORIZED)
    world.signed("p256-oauth", digests[:1], token)
    world.signed("p256-oauth", digests[1:], party.service_token(), sad=token)


@attack
def credential_token_twice(world):
    """A credential token is used again: the same request gets the same answer, anything else is refused.

    CSC v1 §8.2 and §11.9 (the SAD is invalidated when the total is reached).
    """
    party = world.party("public")
    digests = [world.digest(), world.digest()]
    token = party.credential_token("p256-oauth", digests)
    first = world.signed("p256-oauth", digests, token)
    again = world.sign("p256-oauth", digests, token)
    require(again.status == 200 and again.json()["signatures"] == first, f"another signature: {again.summary()}")
    for other in (digests[::-1], digests[:1], [world.digest()]):
        for answer in both_ways(party, "p256-oauth", other, token):
            refused(answer, "invalid_request", "invalid_token", "expired_token", status=(400, 401))


@attack
def credential_token_for_another_credential(world):
    """A credential token is used with another credential of the same person.

    CSC v2 §8.2.2 (valid for this credential), v1 §11.9.
    """
    party = world.party("public")
    digests = [world.digest()]
    token = party.credential_token("rsa2048-oauth", number=1)
    for label in ("p256-oauth", "p256-pin", "rsa2048-pin", "p256-pin-bob"):
        for answer in both_ways(party, label, digests, token):
            refused(answer)
        info = world.call("credentials/info", {"credentialID": world.sandbox.credential_id(label)}, token)
        refused(info)
    world.signed("rsa2048-oauth", digests, token)


@attack
def credential_token_beyond_its_number(world):
    """More signatures than were authorized, in one call and in several.

    CSC v1 §11.6 (the server SHALL NOT create more signatures than numSignatures).
    """
    digests = [world.digest() for _ in range(3)]
    token = world.party("public").credential_token("rsa2048-oauth", number=2)
    refused(world.sign("rsa2048-oauth", digests, token), "invalid_request", status=400)
    world.signed("rsa2048-oauth", digests[:1], token)
    refused(world.sign("rsa2048-oauth", digests[1:], token), "invalid_request", status=400)
    world.signed("rsa2048-oauth", digests[1:2], token)
    refused(world.sign("rsa2048-oauth", digests[2:], token), status=(400, 401))


@attack
def credential_token_at_other_methods(world):
    """A credential token opens the API: lists, authorizes, revokes, stamps.

    CSC v2 §8.2.2 (good for credentials/info, signHash and signDoc of its credential only).
    """
    digests = [world.digest()]
    token = world.party("public").credential_token("rsa2048-oauth", number=1)
    own = {"credentialID": world.sandbox.credential_id("rsa2048-oauth")}
    answer = world.call("credentials/info", own, token)
    require(answer.status == 200, answer.summary())
    explicit = {
        "credentialID": world.sandbox.credential_id("p256-pin"), "numSignatures": 1,
        "authData": [{"id": "PIN", "value": world.user["pin"]}],
    }
    stamp = {"hash": encodings.base64std(digests[0]), "hashAlgo": verify.SHA256}
    for method, body in (
        ("credentials/list", {}),
        ("credentials/authorize", explicit),
        ("credentials/getChallenge", own | {"authObjectID": "PIN"}),
        ("credentials/extendTransaction", own | {"SAD": token, "hashes": []}),
        ("signatures/timestamp", stamp),
        ("auth/revoke", {"token": world.user["serviceToken"]}),
    ):
        refused(world.call(method, body, token))
    refused(world.call("credentials/list", {}, token, "v1"))
    require(world.opens_api(world.user["serviceToken"]), "a credential token revoked a service token")
    world.signed("rsa2048-oauth", digests, token)


@attack
def credential_token_of_somebody_else(world):
    """A stolen credential token is used as SAD by another partner, another user, and another client.

    CSC v1 §8.2 (under a valid service authorization); RFC 9700 §4.10 (stolen access tokens).
    """
    party = world.party("confidential")
    digests = [world.digest()]
    token = party.credential_token("p256-oauth", digests)
    thieves = {
        "another partner": world.party("rival").own_token()["access_token"],
        "another user at the same client": party.tokens(user=world.sandbox.user("bob"))["access_token"],
        "the same user at another client": world.party("public").service_token(),
    }
    for who, bearer in thieves.items():
        answer = world.sign("p256-oauth", digests, bearer, sad=token)
        require(answer.status == 400, f"{who}: {answer.summary()}")
        refused(answer, "invalid_request", status=400)
    world.signed("p256-oauth", digests, party.service_token(), sad=token)


@attack
def bearer_and_body_disagree(world):
    """Bearer and SAD are two different credential tokens: which one counts must not be a question.

    CSC v2 §8.2.2 (not specified, so refused).
    """
    party = world.party("public")
    digests, others = [world.digest()], [world.digest()]
    token, other = party.credential_token("p256-oauth", digests), party.credential_token("p256-oauth", others)
    foreign = party.credential_token("rsa2048-oauth", number=1)
    explicit = world.sad("p256-pin", digests)
    for bearer, sad in ((token, other), (other, token), (token, foreign), (foreign, token), (token, explicit)):
        for what in (digests, others):
            refused(world.sign("p256-oauth", what, bearer, sad=sad))
    world.signed("p256-oauth", digests, token, sad=token)
    world.signed("p256-oauth", others, other)
    world.signed("rsa2048-oauth", digests, foreign)


@attack
def credential_token_extended_to_other_hashes(world):
    """The client asks for a signature of one document, shows its consent page, and extends the token to another one.

    CSC v2 §8.2.2 (the credential token is linked to the hashes of the authorization request), §11.11; RFC 9396 §1 (the
    person consents to the details). What was named on the page and is all that was authorized cannot be exchanged.
    """
    party = world.party("public")
    service = party.service_token()
    for label, digests in (("p256-oauth", [world.digest()]), ("rsa2048-oauth", [world.digest(), world.digest()])):
        token = party.credential_token(label, digests)
        credential = {"credentialID": world.sandbox.credential_id(label), "hashAlgorithmOID": verify.SHA256}
        for other in ([world.digest()], [digests[0], world.digest()]):
            body = credential | {"SAD": token, "hashes": [encodings.base64std(octets) for octets in other]}
            for bearer in (service, token):
                refused(world.call("credentials/extendTransaction", body, bearer))
        world.signed(label, digests, service, sad=token)


@attack
def credential_token_made_up(world):
    """A credential token is changed by a bit, or taken from another kind of token.

    RFC 6749 §10.10 (guessing); RFC 9700 §4.9.
    """
    digests = [world.digest()]
    party = world.party("public")
    token = party.credential_token("p256-oauth", digests)
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    service = party.tokens()
    made_up = (flipped, token[:-1], token + "A", "A" * len(token), service["access_token"], service["refresh_token"])
    for wrong in made_up:
        refused(world.sign("p256-oauth", digests, party.service_token(), sad=wrong), "invalid_request", status=400)
        refused(world.sign("p256-oauth", digests, wrong))
    world.signed("p256-oauth", digests, party.service_token(), sad=token)


@attack
def pin_of_an_oauth_credential(world):
    """credentials/authorize with the PIN, around the consent page.

    CSC v1 §11.6, v2 §11.8 (SHALL NOT be used for oauth2code credentials).
    """
    digests = [world.digest()]
    require(world.sad("p256-scal2", digests), "the honest authorization does not work")
    for label in ("p256-oauth", "rsa2048-oauth"):
        pin = world.user["pin"]
        for version, factors in (("v1", {"PIN": pin}), ("v2", {"authData": [{"id": "PIN", "value": pin}]})):
            body = {"credentialID": world.sandbox.credential_id(label), "numSignatures": 1, **factors}
            refused(world.call("credentials/authorize", body, world.user["serviceToken"], version), status=400)


@attack
def parallel_signatures_of_one_token(world):
    """20 signHash calls at once with a credential token for 5: exactly 5 signatures come out.

    CSC v1 §11.6; RFC 9700 §4.10.
    """
    label, allowed = "rsa2048-oauth", 5
    token = world.party("public").credential_token(label, number=allowed)
    digests = [world.digest() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda octets: world.sign(label, [octets], token), digests))
    signed = [(octets, answer) for octets, answer in zip(digests, answers) if answer.status == 200]
    certificate, algorithm = world.certificate(label), world.algorithm(label)
    for octets, answer in signed:
        world.verifier.signatures(answer.json()["signatures"], certificate, [octets], algorithm)
    require(len(signed) == allowed, f"{len(signed)} signatures, {allowed} were authorized")
    for answer in answers:
        answer.status == 200 or refused(answer, status=(400, 401))
