"""Attacks on authorization codes."""

from concurrent.futures import ThreadPoolExecutor

from attacks.parties import attack, granted, refused
from harness.failure import require

USED = ("Authorization code is invalid or expired", "Invalid parameter code")


@attack
def code_replay(world):
    """A used code is presented again; the tokens of its first use die.

    RFC 6749 §4.1.2 and §10.5; CSC v1 §8.3.3.
    """
    party = world.party("confidential")
    request = party.request()
    code = party.code(request)
    first = granted(party.exchange(code, request))
    require(world.opens_api(first["access_token"]), "the honest token does not work")
    refused(party.exchange(code, request), "invalid_grant", status=400, texts=USED)
    require(not world.opens_api(first["access_token"]), "the access token of the first exchange lives on")
    refused(party.refresh(first["refresh_token"]), "invalid_grant", status=400)


@attack
def code_replay_of_a_credential_code(world):
    """The code of a signature is presented again; the credential token of its first use signs nothing.

    RFC 6749 §4.1.2.
    """
    party = world.party("public")
    service = party.service_token()
    digests = [world.digest(), world.digest(), world.digest()]
    request = party.credential_request("p256-oauth", digests)
    code = party.code(request)
    token = granted(party.exchange(code, request))["access_token"]
    world.signed("p256-oauth", digests[:1], token)
    world.signed("p256-oauth", digests[1:2], service, sad=token)
    refused(party.exchange(code, request), "invalid_grant", status=400, texts=USED)
    refused(world.sign("p256-oauth", digests[2:], token))
    refused(world.sign("p256-oauth", digests[2:], service, sad=token))


@attack
def code_of_another_client(world):
    """A code is presented by another client, of the same and of another partner.

    RFC 6749 §4.1.3 (the code was issued to the authenticated client); RFC 9700 §4.5.
    """
    party = world.party("confidential")
    request = party.request()
    code = party.code(request)
    for thief in (world.party("public"), world.party("rival"), world.party("legacy")):
        refused(thief.exchange(code, request, redirect_uri=party.redirect_uri), "invalid_grant", status=400)
        # With the right client_id in the form and the thief's own authentication.
        if thief.secret:
            refused(thief.exchange(code, request, client_id=party.client_id))
    require(world.opens_api(granted(party.exchange(code, request))["access_token"]), "the code was spent by a thief")


@attack
def code_with_another_redirect_uri(world):
    """The exchange names another redirect URI than the authorization request, or none.

    RFC 6749 §4.1.3; CSC v1 §8.3.3.
    """
    party = world.party("public")
    request = party.request()
    code = party.code(request)
    other = party.registration["redirectURIs"][1]
    for redirect_uri in (other, party.redirect_uri + "/", party.redirect_uri.upper(), None):
        answer = party.exchange(code, request, redirect_uri=redirect_uri)
        refused(answer, "invalid_grant", "invalid_request", status=400)
    granted(party.exchange(code, request))


@attack
def parallel_exchanges_of_one_code(world):
    """20 exchanges of one code at once: one token at most, and it dies of the replays.

    RFC 6749 §4.1.2 (a code MUST NOT be used more than once).
    """
    party = world.party("confidential")
    granted(party.exchange(*honest_code(party)))
    request = party.request()
    code = party.code(request)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: party.exchange(code, request), range(20)))
    tokens = [granted(answer) for answer in answers if answer.status == 200]
    require(len(tokens) == 1, f"{len(tokens)} tokens for one code")
    for answer in answers:
        answer.status == 200 or refused(answer, "invalid_grant", status=400)
    require(not world.opens_api(tokens[0]["access_token"]), "the token outlives 19 replays")


def honest_code(party):
    request = party.request()
    return party.code(request), request
