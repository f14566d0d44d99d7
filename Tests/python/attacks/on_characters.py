"""Attacks with characters that software treats differently."""

from attacks.on_limits import log_in_by_api
from attacks.parties import attack, error_page, granted, not_begun, refused
from harness.browser import Landing
from harness.failure import require


@attack
def null_characters(world):
    """U+0000 stands in what names a credential, a client or a person: databases may read a text only up to it.

    RFC 6749 appendix A (VSCHAR and UNICODECHARNOCRLF know no U+0000); CWE-626.
    """
    party, digest = world.party("confidential"), world.digest()
    known = world.sandbox.credential_id("p256-oauth")
    party.tokens()
    for changes in ({"credentialID": f"{known}\0x"}, {"description": "a\0"}, {"state": "\0"}, {"lang": "en\0"}):
        request = party.credential_request("p256-oauth", [digest], **changes)
        answer = party.push(request)
        refused(answer, "invalid_request")
        result = world.browser().open(party.url(request))
        if isinstance(result, Landing):
            not_begun(result, party, None)
        else:
            error_page(result)
    refused(party.form("token", [("grant_type", "refresh_token"), ("refresh_token", "a\0b")]), "invalid_request")
    refused(party.form("revoke", [("token", "a\0b")]), "invalid_request")
    user = world.user
    answer = log_in_by_api(world, f"{user['username']}\0x", user["password"])
    require(answer.status == 400, answer.summary())
    # Neither the person nor the credential has anything to show for it.
    granted(party.exchange(party.code(request := party.request()), request))
