"""Holds one recorded exchange against the document."""

import base64
import json
from dataclasses import dataclass

from openapi.document import JSON, Operation

# The statuses of the answers that `x-otherwise` names.
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"}
OTHERWISE = {
    "Options": 204, "NotFound": 404, "MethodNotAllowed": 405, "WrongMethod": 405, "NotImplemented": 501,
    "NoSuchResource": 404, "PartnerOptions": 204, "WrongPartnerMethod": 405,
}


class Wrong(Exception):
    """What the exchange has that the document does not allow."""


def strict_json(text):
    """JSON without doubled members and without NaN."""

    def members(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            raise Wrong("a member stands twice")
        return dict(pairs)

    def constant(name):
        raise Wrong(f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise Wrong(f"not JSON: {error}") from error


@dataclass(frozen=True)
class Result:
    """What an exchange that is as documented shows."""

    operation: str
    is_success: bool
    # The answer's schema and its `error_description`, if it has one.
    said: tuple | None


def check(document, exchange):
    """Raises Wrong."""
    found = document.operation(exchange["method"], exchange["path"])
    if not isinstance(found, Operation):
        # RFC 9110 §9.1; in the process of a test, without the server in front, there is nothing for such a method.
        if exchange["method"] not in METHODS and exchange["status"] in (404, 501):
            return Result("anything else", False, None)
        if exchange["status"] != OTHERWISE[found[-1]]:
            raise Wrong(f"undocumented path or method with status {exchange['status']}, not {OTHERWISE[found[-1]]}")
        check_answer(document, found, exchange)
        return Result("anything else", False, said(document, found, exchange))
    response = found.response(exchange["status"])
    if response is None:
        raise Wrong(f"undocumented status {exchange['status']}")
    check_answer(document, response, exchange)
    location = exchange.get("headers", {}).get("location", "")
    is_success = exchange["status"] < 400 and "error=" not in location
    if is_success:
        check_request(document, found, exchange)
    return Result(found.name, is_success, said(document, response, exchange))


def said(document, response, exchange):
    schema = document.json_schema(response)
    if schema is None or exchange["method"] == "HEAD" or is_page(exchange):
        return None
    answer = strict_json(exchange["body"])
    return (schema, answer["error_description"]) if "error_description" in answer else None


def is_page(exchange):
    return not isinstance(exchange["body"], dict) and exchange["body"].startswith("<")


def check_answer(document, response, exchange):
    definition = document.at(response)
    media = None
    # A client that does not tell the headers cannot be held to them.
    if "headers" in exchange:
        headers = {name.lower(): value for name, value in exchange["headers"].items()}
        check_headers(document, response, definition, headers)
        media = content_type(definition, headers)
    elif "content" in definition:
        media = "text/html" if is_page(exchange) and "text/html" in definition["content"] else [*definition["content"]][0]
    # RFC 9110 §9.3.2: the head of the answer, and nothing after it.
    check_body(document, response, None if exchange["method"] == "HEAD" else media, exchange["body"])


def check_headers(document, response, definition, headers):
    for name in definition.get("headers", {}):
        pointer = document.resolve((*response, "headers", name))
        value = headers.get(name.lower())
        if value is not None:
            validate(document, (*pointer, "schema"), number_if_wanted(document, pointer, value), f"header {name}")
        elif document.at(pointer).get("required"):
            raise Wrong(f"header {name} is missing")


def content_type(definition, headers):
    """The media type; None where no body is documented."""
    if "content" not in definition:
        return None
    full = headers.get("content-type", "")
    media, _, parameters = (part.strip().lower() for part in full.partition(";"))
    if media not in definition["content"] or parameters.replace('"', "") not in ("", "charset=utf-8"):
        raise Wrong(f"content type {full or 'is missing'}, not {' or '.join(definition['content'])}")
    return media


def number_if_wanted(document, header, value):
    schema = document.at(document.resolve((*header, "schema")))
    return int(value) if schema.get("type") == "integer" and value.isascii() and value.isdigit() else value


def check_body(document, response, media, body):
    data = base64.b64decode(body["base64"]) if isinstance(body, dict) else body.encode()
    if media is None:
        if data:
            raise Wrong("a body where none is documented")
        return
    if not data:
        raise Wrong("no body")
    if "schema" not in document.at((*response, "content", media)):
        return
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Wrong("not UTF-8") from error
    value = strict_json(text) if media in JSON else text
    validate(document, (*response, "content", media, "schema"), value, "answer")


def check_request(document, operation, exchange):
    """A request that succeeded is one that the document allows."""
    # One that is too long is not recorded.
    if "request" not in exchange:
        return
    request = exchange["request"]
    if exchange["method"] == "GET":
        check_parameters(document, operation, request)
        return
    if "requestBody" not in operation.definition:
        return
    body = document.resolve((*operation.pointer, "requestBody"))
    definition = document.at(body)
    if request is None:
        if definition.get("required"):
            raise Wrong("a request without a body succeeded, and the document demands one")
        return
    (media,) = definition["content"]
    validate(document, (*body, "content", media, "schema"), request, "request")


def check_parameters(document, operation, query):
    scopes = query.get("scope", "service").split()
    # RFC 9126 §4: what was pushed counts, and nothing next to it.
    alone = {"client_id", "request_uri"} if "request_uri" in query else None
    for index, _ in enumerate(operation.definition.get("parameters", [])):
        pointer = document.resolve((*operation.pointer, "parameters", index))
        parameter = document.at(pointer)
        if parameter["in"] != "query" or (alone and parameter["name"] not in alone):
            continue
        # `x-scopes`: not read with any other scope.
        if not set(scopes) & set(parameter.get("x-scopes", scopes)):
            continue
        if parameter["name"] not in query:
            if parameter.get("required"):
                raise Wrong(f"a request without the parameter {parameter['name']} succeeded")
            continue
        value = query[parameter["name"]]
        if "content" in parameter:
            validate(document, (*pointer, "content", "application/json", "schema"), strict_json(value), "request")
        else:
            validate(document, (*pointer, "schema"), value, f"parameter {parameter['name']}")


def validate(document, schema, value, what):
    error = next(document.validator(schema).iter_errors(value), None)
    if error is None:
        return
    while error.context:
        # The alternative that comes nearest tells the most.
        error = min(error.context, key=lambda other: (-len(other.absolute_path), len(other.context or ())))
    if isinstance(value, dict) and "error_description" in value:
        raise Wrong(f"{what}: {error.json_path}: {value}")
    raise Wrong(f"{what}: {error.json_path}: {error.message[:300]}")
