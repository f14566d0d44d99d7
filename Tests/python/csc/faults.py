"""Faults that are put into a service's answers on their way, one at a time, and the items that must notice each."""

import json
from dataclasses import dataclass
from typing import Callable

JSON = "application/json"


@dataclass
class Answer:
    status: int
    type: str
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def with_json(self, value):
        return Answer(self.status, self.type, json.dumps(value).encode())


@dataclass
class Fault:
    name: str
    # Items of the conformance tool, as --items takes them.
    items: str
    method: str
    # Gives the changed answer, or None if the answer is not one that has the fault.
    change: Callable


def member(path, edit):
    """Changes a successful answer's member; `edit` is given the object that has it and its name."""
    *way, name = path.split("/")

    def change(answer):
        if not 200 <= answer.status < 300 or not answer.body:
            return None
        whole = answer.json
        objects = [whole]
        for step in way:
            objects = [inner for each in objects for inner in (each if step == "*" else [each.get(step)]) if inner is not None]
        objects = [each for each in objects if isinstance(each, dict) and name in each]
        if not objects:
            return None
        for each in objects:
            edit(each, name)
        return answer.with_json(whole)

    return change


def removed(path):
    return member(path, lambda owner, name: owner.pop(name))


def renamed(path, new):
    def edit(owner, name):
        owner[new] = owner.pop(name)

    return member(path, edit)


def becomes(path, make):
    def edit(owner, name):
        owner[name] = make(owner[name])

    return member(path, edit)


def error(text, change):
    """Changes the error answer that has this description."""

    def changed(answer):
        if answer.status < 400 or answer.json.get("error_description") != text:
            return None
        return change(answer)

    return changed


def says(text, new):
    return error(text, lambda answer: answer.with_json({**answer.json, "error_description": new}))


def status(text, new):
    return error(text, lambda answer: Answer(new, answer.type, answer.body))


def code(text, new):
    return error(text, lambda answer: answer.with_json({**answer.json, "error": new}))


def answered(old, new):
    def change(answer):
        return Answer(new, answer.type, answer.body) if answer.status == old else None

    return change


def flipped(text):
    """base64 with another bit in the middle."""
    place = len(text) // 2
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1:]


LIST, INFO = "credentials/list", "credentials/info"
AUTHORIZE, EXTEND = "credentials/authorize", "credentials/extendTransaction"
HASH, DOC = "signatures/signHash", "signatures/signDoc"
UNAUTHORIZED = "Hash is not authorized by neither SAD nor an access token with scope “credential”."

FAULTS = [
    # Members that are missing, or of another type.
    Fault("info has no specs", "110151", "info", removed("specs")),
    Fault("info's methods are one text", "110164", "info", becomes("methods", " ".join)),
    Fault("info has no signAlgorithms", "110166", "info", removed("signAlgorithms")),
    Fault("info's algorithms have another name", "110175", "info", renamed("signAlgorithms/algos", "algorithms")),
    Fault("info has no supportedHashTypes", "110162", "info", removed("supportedHashTypes")),
    Fault("info's conformance levels are numbers", "110169", "info", becomes("conformance_levels", lambda old: [1] * len(old))),
    Fault("the log-in gives no access token", "110251", "auth/login", removed("access_token")),
    Fault("the log-in's expires_in is a text", "110253", "auth/login", becomes("expires_in", str)),
    Fault("the list is an object", "110651", LIST, becomes("credentialIDs", lambda old: {name: True for name in old})),
    Fault("a listed key's length is a text", "110659", LIST, becomes("credentialInfos/*/key/len", str)),
    Fault("a listed credential has no multisign", "110672", LIST, removed("credentialInfos/*/multisign")),
    Fault("a credential has no qcStatements", "110764", INFO, removed("cert/qcStatements")),
    Fault("a credential has no mode", "110766", INFO, removed("auth/mode")),
    Fault("a certificate has no serial number", "110760", INFO, removed("cert/serialNumber")),
    Fault("an EC key has no curve", "110756", INFO, removed("key/curve")),
    Fault("the SAD has another name", "110855", AUTHORIZE, renamed("SAD", "sad")),
    Fault("the SAD's life is a text", "110856", AUTHORIZE, becomes("expiresIn", str)),
    Fault("an extension gives no SAD", "111151", EXTEND, removed("SAD")),
    Fault("signHash gives no signatures", "111351", HASH, removed("signatures")),
    Fault("signDoc gives no SignatureObject", "111452", DOC, removed("SignatureObject")),
    Fault("a time-stamp is an array", "111651", "signatures/timestamp", becomes("timestamp", lambda old: [old])),
    # What a service did not do.
    Fault("a signature has another bit", "140", HASH, becomes("signatures", lambda old: [flipped(text) for text in old])),
    Fault("authorize answers 201", "97", AUTHORIZE, answered(200, 201)),
    Fault("the time-stamp's sample is answered 500", "111691", "signatures/timestamp", answered(200, 500)),
    # Rows in other words.
    Fault("a full stop more", "110803", AUTHORIZE,
          says("Invalid parameter credentialID", "Invalid parameter credentialID.")),
    Fault("another error", "110802", AUTHORIZE,
          code("Missing (or invalid type) string parameter credentialID", "invalid_parameter")),
    Fault("another status", "110805", AUTHORIZE,
          status("Missing (or invalid type) integer parameter numSignatures", 422)),
    Fault("straight quotation marks", "111309", HASH,
          says(UNAUTHORIZED, UNAUTHORIZED.replace("“", '"').replace("”", '"'))),
    Fault("no description", "110702", INFO,
          error("Missing (or invalid type) string parameter credentialID",
                lambda answer: answer.with_json({"error": answer.json["error"]}))),
    Fault("small letters", "111603", "signatures/timestamp", says("Empty hash parameter", "empty hash parameter")),
    Fault("another row's words", "111003", "credentials/getChallenge",
          says("Invalid parameter authObjectID", "Invalid parameter credentialID")),
    Fault("an error as plain text", "111307", HASH,
          error("Empty hashes array", lambda answer: Answer(answer.status, "text/plain", b"Empty hashes array"))),
    Fault("no parameter in a token error", "82404", "oauth2/token", says("Missing parameter code", "Missing parameter")),
    Fault("another status of a token error", "82405", "oauth2/token", status("Missing parameter refresh_token", 403)),
]
