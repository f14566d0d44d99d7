"""The checker and the document must be able to fail: right answers pass, and each of them spoilt does not."""

import copy
import json
import unittest

from openapi import check
from openapi.document import Document
from openapi.exchange import Wrong
from openapi.exchange import check as check_exchange

DOCUMENT = Document()
JSON_HEADERS = {
    "content-type": "application/json;charset=UTF-8",
    "cache-control": "no-store",
    "x-request-id": "1a2b3c",
}
CODES = (
    "accepted_request", "access_denied", "authentication_error", "expired_token", "invalid_authentication_data",
    "insufficient_scope", "invalid_authorization_details", "invalid_client", "invalid_grant", "invalid_hash", "invalid_otp", "invalid_pin",
    "invalid_request", "invalid_scope", "invalid_token", "request_not_supported", "server_error",
    "temporarily_unavailable", "unauthorized_client", "unsupported_response_type",
)  # fmt: skip
NOT_AUTHORIZED = "Hash is not authorized by neither SAD nor an access token with scope “credential”."
LONG_TEXT = DOCUMENT.content["components"]["schemas"]["MalformedRequestText"]["const"]


def exchange(method, path, status, body, *, headers=JSON_HEADERS, request=None):
    return {
        "method": method, "path": path, "version": "v1", "request": request,
        "status": status, "headers": dict(headers), "body": body,
    }  # fmt: skip


def sign_hash(status, body, version="v1", **rest):
    request = {"credentialID": "c", "SAD": "masked", "hash": ["AAAA"], "signAlgo": "1.2.840.10045.4.3.2"}
    return exchange("POST", f"/csc/{version}/signatures/signHash", status, body, request=request, **rest)


class ExchangeTests(unittest.TestCase):
    def accepts(self, exchange):
        check_exchange(DOCUMENT, exchange)

    def refuses(self, exchange, because):
        with self.assertRaisesRegex(Wrong, because):
            check_exchange(DOCUMENT, exchange)

    def test_answers(self):
        self.accepts(sign_hash(200, '{"signatures":["MEUC"]}'))
        for body, because in [
            ("{}", "'signatures' is a required property"),
            ('{"signatures":null}', "None is not of type 'array'"),
            ('{"signatures":["MEUC"],"more":1}', "Additional properties"),
            ('{"signatures":"MEUC"}', "is not of type 'array'"),
            ('{"signatures":[]}', "should be non-empty"),
            ('{"signatures":["MEUCM"]}', "does not match"),
            ('{"signatures":["ME-_"]}', "does not match"),
            ('{"signatures":["MEUC\\n"]}', "does not match"),
            ('{"signatures":["MEUC"],"signatures":["MEUC"]}', "stands twice"),
            ('{"signatures":["MEUC"]', "not JSON"),
            ("", "no body"),
        ]:
            with self.subTest(body):
                self.refuses(sign_hash(200, body), because)

    def test_errors(self):
        def error(text, code="invalid_request"):
            return f'{{"error":"{code}","error_description":"{text}"}}'

        self.accepts(sign_hash(400, error(LONG_TEXT)))
        self.accepts(sign_hash(400, error("Hash is not authorized by the SAD.")))
        self.accepts(sign_hash(400, error(NOT_AUTHORIZED), "v2"))
        self.accepts(sign_hash(400, error("Signing certificate ‘O=A,CN=B’ is expired."), "v2"))
        self.accepts(sign_hash(400, error("Signing certificate 'O=A,CN=B' is expired.")))
        for exchange_, because in [
            (sign_hash(400, error(NOT_AUTHORIZED)), "error_description"),
            (sign_hash(400, error("Hash is not authorized by the SAD."), "v2"), "error_description"),
            (sign_hash(400, error("Malformed authorization header")), "error_description"),
            (sign_hash(400, error("Invalid parameter SAD ")), "error_description"),
            (sign_hash(400, error("Invalid parameter SAD", "invalid_token")), "invalid_token"),
            (sign_hash(400, '{"error":"invalid_request"}'), "required"),
            (sign_hash(400, '{"error":"invalid_request","error_description":null}'), "None"),
            (sign_hash(401, error("Invalid parameter SAD")), "WWW-Authenticate"),
            (sign_hash(418, error("Invalid parameter SAD")), "undocumented status 418"),
        ]:
            with self.subTest(exchange_["body"]):
                self.refuses(exchange_, because)

    def test_headers(self):
        body = '{"signatures":["MEUC"]}'
        for change, because in [
            ({"content-type": "text/plain"}, "content type text/plain"),
            ({"content-type": "application/json;charset=latin-1"}, "content type"),
            ({"content-type": ""}, "content type is missing"),
            ({"cache-control": "max-age=1"}, "header Cache-Control"),
            ({"cache-control": None}, "header Cache-Control is missing"),
            ({"x-request-id": "ABC"}, "header X-Request-ID"),
        ]:
            with self.subTest(change):
                headers = {name: value for name, value in {**JSON_HEADERS, **change}.items() if value is not None}
                self.refuses(sign_hash(200, body, headers=headers), because)
        schema = DOCUMENT.content["components"]["schemas"]["UnavailableError"]["properties"]
        error = json.dumps({name: member["const"] for name, member in schema.items()})
        self.accepts(sign_hash(503, error, headers={**JSON_HEADERS, "retry-after": "1"}))
        self.refuses(sign_hash(503, error, headers={**JSON_HEADERS, "retry-after": "soon"}), "header Retry-After")
        self.refuses(sign_hash(503, error), "header Retry-After is missing")

    def test_empty_answers(self):
        headers = {"x-request-id": "1a2b3c"}
        done = exchange("POST", "/csc/v1/auth/revoke", 204, "", headers=headers, request={"token": "masked"})
        self.accepts(done)
        self.refuses({**done, "body": "{}"}, "a body where none is documented")

    def test_paths(self):
        unbuilt = '{"error":"invalid_request","error_description":"The requested method is not implemented"}'
        self.accepts(exchange("POST", "/csc/v1/nonsense", 501, unbuilt))
        self.refuses(exchange("POST", "/csc/v1/nonsense", 501, unbuilt.replace("not implemented", "wrong")), "answer")
        self.refuses(exchange("POST", "/csc/v1/nonsense", 404, unbuilt), "status 404, not 501")
        nothing = '{"error":"invalid_request","error_description":"There is nothing at this address"}'
        self.accepts(exchange("GET", "/nonsense", 404, nothing))
        self.accepts(exchange("GET", "/nonsense", 404, "<!doctype html>", headers={**JSON_HEADERS, "content-type": "text/html"}))
        self.refuses(exchange("GET", "/nonsense", 404, "", headers=JSON_HEADERS), "no body")
        self.refuses(exchange("GET", "/nonsense", 404, nothing, headers={"content-type": "application/json"}), "X-Request-ID")
        self.refuses(exchange("GET", "/csc/v3/info", 200, "{}"), "undocumented path")
        wrong_method = '{"error":"invalid_request","error_description":"The method is called with POST"}'
        allow = {**JSON_HEADERS, "allow": "POST, OPTIONS"}
        get = exchange("GET", "/csc/v1/auth/login", 405, wrong_method, headers=allow)
        self.accepts(get)
        self.refuses({**get, "headers": JSON_HEADERS}, "header Allow is missing")
        self.accepts({**get, "method": "DELETE"})
        self.refuses(exchange("DELETE", "/csc/v1/auth/login", 404, "", headers={}), "status 404, not 405")
        self.accepts(exchange("DELETE", "/csc/v1/oauth2/token", 405, wrong_method, headers=allow))
        self.refuses(exchange("DELETE", "/csc/v1/oauth2/token", 404, "", headers={}), "status 404, not 405")
        self.accepts(exchange("OPTIONS", "/csc/v1/auth/login", 204, "", headers={"allow": "POST, OPTIONS"}))
        self.accepts(exchange("OPTIONS", "/health/live", 204, "", headers={"allow": "GET, HEAD, OPTIONS"}))
        self.refuses(exchange("OPTIONS", "/health/live", 204, "", headers={}), "header Allow is missing")
        self.accepts(exchange("HEAD", "/health/live", 200, "", headers={"content-type": "text/plain; charset=utf-8"}))
        head = {**get, "method": "HEAD", "body": ""}
        self.accepts(head)
        self.refuses({**head, "body": wrong_method}, "a body where none is documented")
        self.refuses({**head, "headers": {"content-type": "text/plain"}}, "content type|is missing")

    def test_doubled_slashes_and_other_bases(self):
        for path in ("/oauth2/token", "//oauth2/token", "/csc/v2/oauth2/token", "/csc/v2//oauth2/token"):
            self.assertEqual(DOCUMENT.operation("POST", path).name, "POST /oauth2/token")
        self.assertEqual(DOCUMENT.operation("POST", "/csc/v1//oauth2/token").name, "POST /csc/v1/oauth2/token")

    def test_requests_that_succeed_are_documented(self):
        answer = sign_hash(200, '{"signatures":["MEUC"]}')
        for change in [{"signAlgo": 1}, {"signAlgo": "1.2.3"}, {"hash": "AAAA"}, {"credentialID": None}]:
            self.refuses({**answer, "request": {**answer["request"], **change}}, "request")
        self.refuses({**answer, "request": None}, "without a body")
        self.accepts({**answer, "request": {**answer["request"], "unknown": 1, "clientData": None}})

    def test_parameters_that_are_not_read(self):
        page = exchange("GET", "/oauth2/authorize", 200, "<!DOCTYPE html>\n")
        del page["headers"]
        wrong = {"client_id": "c", "numSignatures": "null"}
        self.accepts({**page, "request": wrong})
        self.accepts({**page, "request": {**wrong, "scope": "service"}})
        self.accepts({**page, "request": {**wrong, "scope": "credential", "request_uri": "urn:x"}})
        self.refuses({**page, "request": {**wrong, "scope": "credential"}}, "parameter numSignatures")


class DocumentTests(unittest.TestCase):
    def test_the_document_has_no_faults(self):
        self.assertEqual(DOCUMENT.faults(), [])

    def test_faults_are_found(self):
        def spoilt(change):
            document = Document()
            change(document.content)
            return document.faults()

        paths = ("/csc/v1/signatures/signHash", "post")
        for change, because in [
            (lambda content: content.pop("info"), "is a required property"),
            (lambda content: content["paths"][paths[0]][paths[1]].update(operationId="infoV1"), "infoV1"),
            (lambda content: content["components"]["schemas"].update(Lonely={"type": "string"}), "Lonely is not used"),
            (lambda content: content["components"]["schemas"]["SAD"].update(type="text"), "text"),
            (lambda content: content["components"]["examples"]["ResponseID"].update(value={"id": 1}), "id"),
        ]:
            with self.subTest(because):
                self.assertIn(because, "\n".join(spoilt(change)))

    def answers(self):
        """Every answer that the document has an example of, and every error that it spells out."""
        for pointer, schema, example in DOCUMENT.examples():
            if "responses" in pointer and isinstance(example, dict):
                yield schema, example
        for schema, text in DOCUMENT.texts():
            yield schema, {"error": None, "error_description": text}

    def test_no_answer_may_be_loosened(self):
        seen = 0
        for schema, answer in self.answers():
            validator = DOCUMENT.validator(schema)
            fitting = [answer]
            if "error" in answer:
                fitting = [{**answer, "error": code} for code in CODES]
                fitting = [candidate for candidate in fitting if validator.is_valid(candidate)]
            self.assertTrue(fitting and validator.is_valid(fitting[0]), f"{schema}: {answer}")
            for spoilt, what in (mutation for candidate in fitting for mutation in mutations(candidate)):
                seen += 1
                self.assertFalse(validator.is_valid(spoilt), f"{'/'.join(map(str, schema))} allows {what}: {spoilt}")
        self.assertGreater(seen, 1000)


def mutations(value, whole=None, place=()):
    """The value with one thing wrong: a member too many, a null, another type."""
    whole = value if whole is None else whole

    def changed(change):
        spoilt = copy.deepcopy(whole)
        target = spoilt
        for part in place:
            target = target[part]
        change(target)
        return spoilt

    if isinstance(value, dict):
        yield changed(lambda target: target.update(unexpected=1)), f"another member at {place}"
        for name in value:
            yield changed(lambda target, name=name: target.update({name: None})), f"null at {name}"
            other = {name: {} if isinstance(value[name], (str, bool, int)) else "text"}
            yield changed(lambda target, other=other: target.update(other)), f"another type at {name}"
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, (dict, list)):
            yield from mutations(child, whole, (*place, key))


NAME = "POST /csc/v1/signatures/signHash"
OTHERS = {operation.name: "not in this test" for operation in DOCUMENT.operations if operation.name != NAME}
TEXTS = {
    f"{' '.join(givers[0])}: {text}": "not in this test"
    for (_, text), givers in DOCUMENT.texts().items()
    if any(name == NAME for name, _ in givers)
}


class RunTests(unittest.TestCase):
    """The whole check: what is missing fails it too."""

    def run_with(self, recorded, never_succeeds=OTHERS, never_said=TEXTS):
        lines = []
        recorded = [(f"line {index}", line) for index, line in enumerate(recorded)]
        failures = check.run(DOCUMENT, recorded, never_succeeds, never_said, out=lines.append)
        return failures, "\n".join(lines)

    def test_whole(self):
        good, bad = sign_hash(200, '{"signatures":["MEUC"]}'), sign_hash(200, "{}")
        failures, text = self.run_with([good])
        self.assertEqual(failures, 0, text)
        without_health = {name: reason for name, reason in OTHERS.items() if name != "GET /health/live"}
        stop = "Hash is not authorized by the SAD."
        said = sign_hash(400, f'{{"error":"invalid_request","error_description":"{stop}"}}')
        without_stop = {text: reason for text, reason in TEXTS.items() if text != f"{NAME} 400: {stop}"}
        for recorded, never_succeeds, never_said, because in [
            ([], {**OTHERS, NAME: ""}, {}, "nothing was recorded"),
            ([good, bad], OTHERS, TEXTS, "POST /csc/v1/signatures/signHash 200: answer"),
            ([good], without_health, TEXTS, "GET /health/live was never exercised"),
            ([good], {**OTHERS, NAME: ""}, {}, "NEVER_SUCCEEDS should not have POST"),
            ([good], {**OTHERS, "GET /gone": ""}, TEXTS, "NEVER_SUCCEEDS should not have GET /gone"),
            ([good], OTHERS, without_stop, f"no test provokes: {NAME} 400: {stop}"),
            ([good, said], OTHERS, TEXTS, f"NEVER_SAID should not have: {NAME} 400: {stop}"),
            ([good], OTHERS, {**TEXTS, "nobody: x": ""}, "NEVER_SAID should not have: nobody: x"),
        ]:
            with self.subTest(because):
                failures, text = self.run_with(recorded, never_succeeds, never_said)
                self.assertEqual(failures, 1, text)
                self.assertIn(because, text)
