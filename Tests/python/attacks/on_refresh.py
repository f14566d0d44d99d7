"""Attacks on refresh tokens, and on tokens of others."""

from concurrent.futures import ThreadPoolExecutor

from attacks.parties import attack, granted, not_begun, refused
from harness.browser import Page, log_in
from harness.failure import require

# Seconds in which the second use of a refresh token counts as a repetition of the first.
GRACE = 10


@attack
def refresh_token_reuse(world):
    """A stolen refresh token is used after its owner has used it: the whole family dies.

    RFC 9700 §2.2.2 and §4.14.2 (rotation); RFC 6749 §10.4.
    """
    families = []
    for label in ("public", "confidential"):
        party = world.party(label)
        first = party.tokens()
        second = granted(party.refresh(first["refresh_token"]))
        require(second["refresh_token"] != first["refresh_token"], "the refresh token is not rotated")
        require(world.opens_api(second["access_token"]), "the honest token does not work")
        families.append((party, first, second))
    yield GRACE + 1
    for party, first, second in families:
        refused(party.refresh(first["refresh_token"]), "invalid_grant", status=400)
        refused(party.refresh(second["refresh_token"]), "invalid_grant", status=400)
        for name, tokens in (("first", first), ("second", second)):
            require(not world.opens_api(tokens["access_token"]), f"the {name} access token outlives its family")


@attack
def refresh_token_reuse_at_once(world):
    """A stolen refresh token is used right after its owner: the thief gets the owner's tokens and no others, and the
    theft is noticed when both go on.

    RFC 9700 §4.14.2.
    """
    party = world.party("public")
    first = party.tokens()
    owner = granted(party.refresh(first["refresh_token"]))
    thief = granted(party.refresh(first["refresh_token"]))
    for name in ("access_token", "refresh_token"):
        require(owner[name] == thief[name], f"a second {name}")
    refused(world.party("confidential").refresh(first["refresh_token"]), "invalid_grant", status=400)
    third = granted(party.refresh(owner["refresh_token"]))
    yield GRACE + 1
    refused(party.refresh(thief["refresh_token"]), "invalid_grant", status=400)
    require(not world.opens_api(third["access_token"]), "the access token outlives its family")


@attack
def refresh_token_reuse_later_in_the_family(world):
    """The stolen token is several rotations old; another grant of the same user is not touched.

    RFC 9700 §4.14.2.
    """
    party = world.party("public")
    unrelated = party.tokens()
    chain = [party.tokens()]
    for _ in range(3):
        chain.append(granted(party.refresh(chain[-1]["refresh_token"])))
    yield GRACE + 1
    refused(party.refresh(chain[1]["refresh_token"]), "invalid_grant", status=400)
    refused(party.refresh(chain[-1]["refresh_token"]), "invalid_grant", status=400)
    require(not world.opens_api(chain[-1]["access_token"]), "the newest access token outlives its family")
    require(world.opens_api(unrelated["access_token"]), "another grant died too")
    granted(party.refresh(unrelated["refresh_token"]))


@attack
def parallel_refreshes(world):
    """20 refreshes with one token at once: one new pair, for one of them; later it is a theft.

    RFC 9700 §4.14.2; RFC 6749 §6.
    """
    party = world.party("public")
    granted(party.refresh(party.tokens()["refresh_token"]))
    token = party.tokens()["refresh_token"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: party.refresh(token), range(20)))
    pairs = {(pair["access_token"], pair["refresh_token"]) for pair in map(granted, answers)}
    require(len(pairs) == 1, f"{len(pairs)} pairs of tokens")
    access, refresh = pairs.pop()
    require(world.opens_api(access), "the tokens do not work")
    yield GRACE + 1
    refused(party.refresh(token), "invalid_grant", status=400)
    refused(party.refresh(refresh), "invalid_grant", status=400)
    require(not world.opens_api(access), "the access token outlives a reuse")


@attack
def scope_escalation_at_refresh(world):
    """A refresh asks for more than was granted; the refresh token is not spent by it.

    RFC 6749 §6 (the scope MUST NOT include any that was not originally granted).
    """
    party = world.party("public")
    token = party.tokens()["refresh_token"]
    for scope in ("credential", "service credential", "admin", "service profile", "openid"):
        refused(party.refresh(token, scope=scope), "invalid_scope", status=400)
    # What libraries add is ignored, and not granted.
    second = granted(party.refresh(token, scope="service openid"))
    require(second["scope"] == "service", f"scope {second['scope']}")
    credential_id = world.sandbox.credential_id("p256-oauth")
    refused(party.refresh(second["refresh_token"], scope="credential", credentialID=credential_id), "invalid_scope")
    granted(party.refresh(second["refresh_token"]))


@attack
def refresh_token_of_another_client(world):
    """A refresh token is used by another client, of the same and of another partner.

    RFC 6749 §6 and §10.4 (bound to the client).
    """
    owner = world.party("confidential")
    tokens = owner.tokens()
    for thief in (world.party("public"), world.party("rival"), world.party("legacy")):
        refused(thief.refresh(tokens["refresh_token"]), "invalid_grant", status=400)
    require(world.opens_api(tokens["access_token"]), "a thief ended the owner's session")
    granted(owner.refresh(tokens["refresh_token"]))


@attack
def revocation_of_anothers_tokens(world):
    """A client revokes tokens that are not its own, at oauth2/revoke and at auth/revoke.

    RFC 7009 §2.1 (issued to the client that asks); CSC v1 §8.3.4 and §11.3.
    """
    owner, rival = world.party("confidential"), world.party("rival")
    own = owner.tokens()
    answer = owner.form("revoke", [("token", own["access_token"])])
    require(answer.status == 204 and not world.opens_api(own["access_token"]), "the honest revocation does not work")

    tokens = owner.tokens()
    rivals_bearer = rival.own_token()["access_token"]
    for token in (tokens["access_token"], tokens["refresh_token"]):
        for thief in (rival, world.party("public")):
            refused(thief.form("revoke", [("token", token)]), "invalid_request", status=400)
        refused(owner.form("revoke", [("token", token)], headers=[]))
        for version in ("v1", "v2"):
            refused(world.call("auth/revoke", {"token": token}, rivals_bearer, version), "invalid_request", status=400)
    require(world.opens_api(tokens["access_token"]), "somebody else revoked the token")
    granted(owner.refresh(tokens["refresh_token"]))


@attack
def tokens_in_the_wrong_place(world):
    """A refresh token or a code as bearer, an access token as refresh token, a token in the query.

    RFC 6750 §2.3 and §5.3 (no tokens in URLs); RFC 6749 §1.5 (refresh tokens are for the authorization server only).
    """
    party = world.party("public")
    request = party.request()
    code = party.code(request)
    refused(world.call("credentials/list", {}, code), status=401)
    tokens = granted(party.exchange(code, request))
    require(world.opens_api(tokens["access_token"]), "the honest token does not work")
    refused(world.call("credentials/list", {}, tokens["refresh_token"]), status=401)
    refused(party.refresh(tokens["access_token"]), "invalid_grant", status=400)
    url = f"{world.sandbox.tls}/csc/v2/credentials/list?access_token={tokens['access_token']}"
    refused(world.wire.send("POST", url, [("Content-Type", "application/json")], b"{}"))
    body = {"access_token": tokens["access_token"]}
    refused(world.call("credentials/list", body, None))


@attack
def user_of_another_partner(world):
    """userID names another person, or another partner's.

    CSC v1 §11.4, v2 §11.4 and §11.12 (userID is for authorization that is not user-specific).
    """
    portal, rival = world.party("confidential"), world.party("rival")
    partners, rivals = portal.own_token()["access_token"], rival.own_token()["access_token"]
    alice, bob = world.user["username"], world.sandbox.user("bob")["username"]

    def listed(token, user_id, version):
        answer = world.call("credentials/list", {"userID": user_id}, token, version)
        require(answer.status == 200, answer.summary())
        return answer.json()["credentialIDs"]

    for version in ("v1", "v2"):
        require(listed(partners, alice, version), "the honest partner's list is empty")
        require(listed(rivals, alice, version) == [], "a partner lists another partner's user")
        for user_id in (alice, bob, "nobody"):
            answer = world.call("credentials/list", {"userID": user_id}, world.user["serviceToken"], version)
            refused(answer, "invalid_request", status=400, texts=("userID parameter MUST be null",))
        for label, token in (("p256-pin", rivals), ("p256-pin-bob", world.user["serviceToken"])):
            body = {"credentialID": world.sandbox.credential_id(label)}
            refused(
                world.call("credentials/info", body, token, version), "invalid_request", status=400,
                texts=("Invalid parameter credentialID",),
            )


@attack
def credential_of_another_person(world):
    """A person logs in and is asked to sign with somebody else's credential, or one that is not for this way.

    CSC v1 §8.3.2, v2 §8.2.2; RFC 6749 §4.1.1.
    """
    party = world.party("public")
    digests = [world.digest()]
    require(party.code(party.credential_request("p256-oauth", digests)), "the honest way does not work")
    bob = world.sandbox.user("bob")
    cases = [("p256-oauth", bob), ("p256-pin", world.user), ("p256-pin-bob", world.user)]
    for label, user in cases:
        request = party.credential_request(label, digests)
        result = world.browser().open(party.url(request))
        if isinstance(result, Page) and result.asks_for_log_in:
            result = log_in(result, user)
        not_begun(result, party, request)
    # A person of one partner at the client of another.
    rival = world.party("rival")
    page = world.browser().open(rival.url(rival.request()))
    result = log_in(page, world.user)
    require(isinstance(result, Page) and result.status == 401, "a client reaches another partner's customer")
    request = party.request("credential", credentialID="cred-0000000000000000", numSignatures=1)
    result = world.browser().open(party.url(request))
    if isinstance(result, Page) and result.asks_for_log_in:
        result = log_in(result, world.user)
    not_begun(result, party, request)
