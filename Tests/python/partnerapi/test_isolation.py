"""Every operation of the partner API, as its document has them: with another partner's token and ids, with a token of
every lesser scope, and without one. An operation that comes later is tested as soon as the document has it.
"""

import re
import secrets
import threading

import pytest
import yaml

from harness.failure import require
from harness.program import ROOT
from partnerapi.desk import SCOPES, Desk, parts

DOCUMENT = yaml.safe_load((ROOT / "Specs/openapi/partner.yaml").read_text(encoding="utf-8"))
PERSON = {"kind": "person", "locale": "de", "contact": {"email": "alice@example.org"}}
# A body for each operation with one that gets as far as its ids.
BODIES = {"openSigner": PERSON, "changeSigner": {"locale": "fr"}}


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and operation["security"]:
                [scope] = operation["security"][0]["partnerToken"]
                yield pytest.param(method.upper(), path, operation, scope, id=operation["operationId"])


OPERATIONS = list(operations())
WITH_IDS = [case for case in OPERATIONS if "{" in case.values[1]]


def query(operation):
    needed = [p for p in operation.get("parameters", []) if p.get("in") == "query" and p.get("required")]
    return "?" + "&".join(f"{p['name']}={ {'period': '2026-11'}[p['name']] }" for p in needed) if needed else ""


@pytest.fixture(scope="module")
def desk(sandbox):
    return Desk(sandbox)


@pytest.fixture(scope="module")
def rival(sandbox):
    return Desk(sandbox, "rival-desk")


@pytest.fixture(scope="module")
def ids(desk):
    """An id of this partner's for each parameter of a path, by the resource in front of it."""
    answer = desk.call("POST", "/partner/v1/signers", PERSON)
    require(answer.status == 201, str(answer))
    return {"signers": answer.json()["id"]}


def filled(path, ids):
    return re.sub(r"([a-z-]+)/\{\w+\}", lambda match: f"{match[1]}/{ids[match[1]]}", path)


@pytest.mark.parametrize("method, path, operation, scope", WITH_IDS)
def test_another_partners_id_is_as_unknown_as_one_that_does_not_exist(desk, rival, ids, method, path, operation, scope):
    body = BODIES.get(operation["operationId"])
    random = {resource: secrets.token_hex(len(name) // 2) for resource, name in ids.items()}
    foreign = rival.call(method, filled(path, ids), body)
    unknown = rival.call(method, filled(path, random), body)
    require(foreign.status == 404, f"another partner's: {foreign}")
    require(parts(foreign) == parts(unknown), f"{parts(foreign)} differs from {parts(unknown)}")
    require(desk.call(method, filled(path, ids), body).status < 300, "its own partner does not reach it")


@pytest.mark.parametrize("method, path, operation, scope", OPERATIONS)
def test_a_token_of_each_lesser_scope_is_refused(sandbox, ids, method, path, operation, scope):
    path, body = filled(path, ids) + query(operation), BODIES.get(operation["operationId"])
    for lesser in [*([other] for other in SCOPES if other != scope), [other for other in SCOPES if other != scope]]:
        answer = Desk(sandbox, scopes=lesser).call(method, path, body)
        require(answer.status == 403 and b"insufficient-scope" in answer.body, f"with {lesser}: {answer}")
    answer = Desk(sandbox, scopes=[scope]).call(method, path, body)
    require(answer.status < 300, f"with {scope}: {answer}")


@pytest.mark.parametrize("method, path, operation, scope", OPERATIONS)
def test_tokens_of_other_apis_are_refused(sandbox, desk, ids, method, path, operation, scope):
    path, body = filled(path, ids) + query(operation), BODIES.get(operation["operationId"])
    own = desk.token
    try:
        for token in [sandbox.fact("partner")["serviceToken"], sandbox.user()["serviceToken"], own[:-1], own + "A"]:
            desk.token = token
            answer = desk.call(method, path, body)
            require(answer.status == 401 and b"/problems/unauthorized" in answer.body, str(answer))
    finally:
        desk.token = own


def test_lists_cursors_and_keys_are_of_one_partner(desk, rival, ids):
    for _ in range(2):
        desk.call("POST", "/partner/v1/signers", PERSON)
    page = desk.call("GET", "/partner/v1/signers?limit=1").json()
    require(ids["signers"] in desk.call("GET", "/partner/v1/signers").text, "its own list lacks the signer")
    require(ids["signers"] not in rival.call("GET", "/partner/v1/signers").text, "another partner's list has it")
    for path in [f"/partner/v1/signers?limit=1&cursor={page['next']}", f"/partner/v1/signers?cursor={page['next']}&order=desc"]:
        answer = rival.call("GET", path)
        require(answer.status == 400 and b"cursor-invalid" in answer.body, str(answer))
    key = secrets.token_hex(16)
    mine, theirs = (each.call("POST", "/partner/v1/signers", PERSON, key=key) for each in (desk, rival))
    require(mine.status == theirs.status == 201 and mine.json()["id"] != theirs.json()["id"], "one key for two partners")


def test_equal_calls_at_once_have_one_effect(desk):
    key, body, answers = secrets.token_hex(16), PERSON | {"externalId": f"c-{secrets.token_hex(8)}"}, []
    threads = [
        threading.Thread(target=lambda: answers.append(desk.call("POST", "/partner/v1/signers", body, key=key)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require({answer.status for answer in answers} == {201}, f"{answers}")
    require(len({answer.body for answer in answers}) == 1, "the answers differ")
    require(sum(answer.header("Idempotent-Replayed") == "true" for answer in answers) == 7, "not seven repetitions")
    found = desk.call("GET", f"/partner/v1/signers?externalId={body['externalId']}").json()
    require(len(found["items"]) == 1, f"{len(found['items'])} signers")
