"""Attacks on Proof Key for Code Exchange."""

from attacks.parties import attack, error_redirect, granted, refused
from harness import pkce


@attack
def pkce_left_out(world):
    """The attacker takes the challenge out of the authorization request, for a public and a confidential client.

    RFC 9700 §2.1.1 and §4.8.2 (PKCE downgrade); RFC 7636 §4.4.1.
    """
    for label in ("public", "confidential"):
        party = world.party(label)
        party.tokens()
        request = party.request(code_challenge=None, code_challenge_method=None)
        error_redirect(world.browser().open(party.url(request)), party, request, "invalid_request")
        refused(party.push(request), "invalid_request", status=400)


@attack
def pkce_plain(world):
    """The challenge is the verifier itself, said openly or by leaving the method out.

    RFC 9700 §2.1.1 (methods that do not expose the verifier); RFC 7636 §4.3 and §7.2.
    """
    party = world.party("public")
    party.tokens()
    secret = pkce.verifier()
    for changes in (
        {"code_challenge": secret, "code_challenge_method": "plain"},
        {"code_challenge": secret, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "none"},
        {"code_challenge": "short"},
        {"code_challenge": secret + "="},
    ):
        request = party.request(**changes)
        error_redirect(world.browser().open(party.url(request)), party, request, "invalid_request")
        refused(party.push(request), "invalid_request", status=400)


@attack
def pkce_wrong_verifier(world):
    """A stolen code with a guessed verifier, the challenge in its place, or none; the code is not spent by it.

    RFC 7636 §4.6 and §7.1; RFC 9700 §4.5.
    """
    party = world.party("public")
    request = party.request()
    code = party.code(request)
    challenge = pkce.challenge(request.verifier)
    for guess in (pkce.verifier(), challenge, request.verifier[:-1], request.verifier + "A", "a" * 129):
        answer = party.exchange(code, request, code_verifier=guess)
        refused(answer, "invalid_grant", status=400, texts=("Invalid parameter code_verifier",))
    refused(party.exchange(code, request, code_verifier=None), "invalid_grant", "invalid_request", status=400)
    refused(party.exchange(code, request, code_verifier=""), "invalid_grant", "invalid_request", status=400)
    granted(party.exchange(code, request))


@attack
def pkce_of_an_optional_client(world):
    """A client that may do without PKCE: a challenge that was sent counts, a verifier without a challenge is an attack.

    RFC 9700 §2.1.1 and §4.8.2 (a verifier is accepted only if there was a challenge).
    """
    party = world.party("legacy", "/csc/v1")
    without = party.request(code_challenge=None, code_challenge_method=None)
    granted(party.exchange(party.code(without), without, code_verifier=None))
    request = party.request()
    code = party.code(request)
    refused(party.exchange(code, request, code_verifier=None), status=400)
    refused(party.exchange(code, request, code_verifier=pkce.verifier()), "invalid_grant", status=400)
    granted(party.exchange(code, request))
    code = party.code(without)
    refused(party.exchange(code, without, code_verifier=pkce.verifier()), status=400)


@attack
def pkce_challenge_next_to_a_pushed_request(world):
    """The challenge stands in the pushed request; the attacker puts his own into the browser's address.

    RFC 9126 §4 with RFC 9101 §6.3 (only the parameters of the request object count).
    """
    party = world.party("public")
    request = party.request()
    party.code(request, party.pushed_url(request))
    mine = pkce.verifier()
    request_uri = party.push(request).json()["request_uri"]
    smuggled = {"code_challenge": pkce.challenge(mine), "code_challenge_method": "S256"}
    code = party.code(request, party.url_of(request_uri, **smuggled))
    refused(party.exchange(code, request, code_verifier=mine), "invalid_grant", status=400)
    granted(party.exchange(code, request))
    # And the other way round: nothing pushed, so that the address would have to bring it.
    refused(party.push(request.but(code_challenge=None, code_challenge_method=None)), "invalid_request", status=400)
