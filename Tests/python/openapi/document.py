"""The OpenAPI document: reads it, finds the operation of a request, and makes validators of its schemas."""

import re
from functools import cache
from pathlib import Path

import jsonschema
import yaml
from jsonschema.validators import extend
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from harness.program import ROOT

# The one that is served first; others add their paths, components and rules to it.
PATHS = (ROOT / "Specs/openapi/openapi.yaml", ROOT / "Specs/openapi/partner.yaml")
JSON = ("application/json", "application/problem+json")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
URI = "urn:openapi"


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, and takes only what is JSON too: YAML's dates stay text."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {', '.join(sorted(twice))}", node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _regex(pattern):
    """ECMA-262, which JSON Schema uses, lets `$` match at the very end only; Python also before a last line feed."""
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


def _pattern(validator, pattern, instance, schema):
    if validator.is_type(instance, "string") and not _regex(pattern).search(instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


class Operation:
    """One method of one path."""

    def __init__(self, document, path, method):
        self.document = document
        self.pointer = ("paths", path, method)
        self.name = f"{method.upper()} {path}"
        self.definition = document.content["paths"][path][method]

    def response(self, status):
        """Where the answer with this status is described; None if it is not."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.definition["responses"]:
                return self.document.resolve((*self.pointer, "responses", key))
        return None


def _joined(contents):
    """One document of some: nothing may stand in two of them."""
    first, *others = contents
    for other in others:
        pairs = [(first["paths"], other["paths"])]
        pairs += [(first["components"].setdefault(kind, {}), more) for kind, more in other["components"].items()]
        for known, more in pairs:
            if twice := known.keys() & more.keys():
                raise ValueError(f"in two documents: {', '.join(sorted(twice))}")
            known.update(more)
        first["tags"] += other["tags"]
        # The rule for every path stands last.
        first["x-otherwise"] = other["x-otherwise"] + first["x-otherwise"]
    return first


class Document:
    def __init__(self, *paths):
        self.content = _joined(
            [yaml.load(Path(path).read_text(encoding="utf-8"), _Loader) for path in paths or PATHS])
        self._registry = Registry().with_resource(URI, Resource(contents=self.content, specification=DRAFT202012))
        self.operations = [
            Operation(self, path, method)
            for path, item in self.content["paths"].items()
            for method in METHODS
            if method in item
        ]
        self._routes = []
        # A path without parameters goes before one with.
        for path in sorted(self.content["paths"], key=lambda path: path.count("{")):
            for server in self.content["paths"][path].get("servers", self.content["servers"]):
                literal = re.escape(server["url"].rstrip("/") + path)
                self._routes.append((re.compile(re.sub(r"\\{[^/]+\\}", "[^/]+", literal)), path))

    @cache
    def faults(self):
        """What is wrong with the document itself, its schemas and its examples."""
        found = list(self._faults_of_form())
        # Examples can be held only against schemas that are schemas.
        return found or list(self._faults_of_examples())

    def _faults_of_form(self):
        for error in OpenAPIV31SpecValidator(self.content).iter_errors():
            yield f"{text(error.absolute_path)}: {error.message[:200]}"
        names = [operation.definition.get("operationId") for operation in self.operations]
        for name in sorted({str(name) for name in names if names.count(name) > 1 or name is None}):
            yield f"operationId {name} is missing or stands twice"
        for pointer in self.schemas():
            try:
                _Validator.check_schema(self.at(pointer))
            except jsonschema.SchemaError as error:
                yield f"{text(pointer)}: {error.message}"
        used = {reference for _, reference in self.references()}
        for kind, components in self.content["components"].items():
            for name in components if kind != "securitySchemes" else ():
                if f"#/components/{kind}/{name}" not in used:
                    yield f"components/{kind}/{name} is not used"

    def _faults_of_examples(self):
        for pointer, schema, example in self.examples():
            for error in self.validator(schema).iter_errors(example):
                yield f"{text(pointer)}: {error.json_path}: {error.message}"

    # Walking

    def at(self, pointer):
        value = self.content
        for part in pointer:
            value = value[part]
        return value

    def resolve(self, pointer):
        """The pointer, or where its reference leads."""
        value = self.at(pointer)
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            pointer = tuple(part.replace("~1", "/").replace("~0", "~") for part in value["$ref"].split("/")[1:])
            value = self.at(pointer)
        return pointer

    def nodes(self, value=None, pointer=()):
        """Every object and array, with where it stands."""
        value = self.content if value is None else value
        yield pointer, value
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(child, (dict, list)):
                yield from self.nodes(child, (*pointer, key))

    def references(self):
        for pointer, node in self.nodes():
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                yield pointer, node["$ref"]
        for rule in self.content["x-otherwise"]:
            yield from (("x-otherwise", rule[key]) for key in ("otherPath", "otherMethod"))

    def schemas(self):
        for pointer, node in self.nodes():
            if isinstance(node, dict) and "schema" in node and "properties" not in pointer:
                yield (*pointer, "schema")
        for name in self.content["components"]["schemas"]:
            yield ("components", "schemas", name)

    def examples(self):
        """Every example of a body, with the schema that it is an example of."""
        for pointer, node in self.nodes():
            if not isinstance(node, dict) or "schema" not in node or "properties" in pointer:
                continue
            schema = (*pointer, "schema")
            if "example" in node:
                yield (*pointer, "example"), schema, node["example"]
            for name in node.get("examples", {}):
                example = self.resolve((*pointer, "examples", name))
                yield (*pointer, "examples", name), schema, self.at(example)["value"]
        for name, schema in self.content["components"]["schemas"].items():
            for example in schema.get("examples", []):
                yield ("components", "schemas", name), ("components", "schemas", name), example

    def json_schema(self, response):
        """Where the schema of the response's JSON is; None if it has none."""
        content = self.at(response).get("content", {})
        for media in JSON:
            if "schema" in content.get(media, {}):
                return self.resolve((*response, "content", media, "schema"))
        return None

    def texts(self):
        """Each text of `error_description` that answers spell out, by the answer's schema: operations and statuses."""
        found = {}
        for operation in self.operations:
            for status in operation.definition["responses"]:
                schema = self.json_schema(self.resolve((*operation.pointer, "responses", status)))
                for value in self._described(schema, False) if schema else ():
                    found.setdefault((schema, value), []).append((operation.name, status))
        return found

    def _described(self, pointer, inside):
        """The values of `const` and `enum` inside `error_description`, through references."""
        node = self.at(pointer)
        if isinstance(node, dict):
            if inside:
                yield from ([node["const"]] if "const" in node else node.get("enum", []))
            if "$ref" in node:
                yield from self._described(self.resolve(pointer), inside)
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(child, (dict, list)):
                yield from self._described((*pointer, key), inside or key == "error_description")

    # Using

    @cache
    def validator(self, pointer):
        reference = f"{URI}#/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in pointer)
        return _Validator(
            {"$ref": reference}, registry=self._registry, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )

    def operation(self, method, path):
        """The operation of a request; or, if it is not described, where its answer is."""
        path = re.sub("/{2,}", "/", path.split("?")[0])
        described = next((route for pattern, route in self._routes if pattern.fullmatch(path)), None)
        # RFC 9110 §9.3.2: HEAD is GET without the content.
        for operation in self.operations:
            if operation.pointer[1:] == (described, "get" if method == "HEAD" else method.lower()):
                return operation
        rule = next(
            rule
            for rule in self.content["x-otherwise"]
            if re.search(rule["path"], path) and method in rule.get("methods", [method])
        )
        return tuple(rule["otherMethod" if described else "otherPath"].split("/")[1:])


def text(pointer):
    return "/".join(map(str, pointer))
