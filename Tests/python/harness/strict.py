"""Decoders as strict as the clients' own.

`Decoded` refuses every value of another JSON type than the declared one: no text for a number, no number for a text.
Unknown members are ignored, as all of the clients do. They differ about null: in Kotlin, Swift and Gson a null for an
optional member is the same as none (`Maybe[str] = None`), in zod and serde it is an error (`NoNulls`, `str = MISSING`).
"""

import re
from datetime import datetime, timezone
from typing import Optional, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from harness.failure import Failure

T = TypeVar("T")

Maybe = Optional[T]
"""May be missing or null."""

MISSING = None
"""Default of a member that may be missing but not null: pydantic checks values, never defaults."""


class Decoded(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    @classmethod
    def of(cls, answer, statuses=range(200, 300)):
        """The answer's body, if the status is one that the client takes for success."""
        if answer.status not in statuses:
            raise Failure(answer.summary())
        return cls.decode(answer.json(), answer.where())

    @classmethod
    def decode(cls, value, where):
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise Failure(f"{where}: {faults}") from error


class NoNulls(Decoded):
    """Of the declared members none may be null, though optional ones may be missing."""

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, value):
        nulls = [name for name in cls.model_fields if isinstance(value, dict) and value.get(name, "") is None]
        if nulls:
            raise ValueError(f"null for {', '.join(nulls)}")
        return value


# ------------------------------------------------------------------------------------------------------------- dates


def generalized_time(text):
    """`YYYYMMDDHHMMSSZ`, nothing else."""
    if not re.fullmatch(r"[0-9]{14}Z", text):
        raise Failure(f"not a date: {text!r}")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


# ------------------------------------------------------------------------------------------------- distinguished names

# What javax.security.auth.x500.X500Principal(String) knows without a keyword map.
JAVA_KEYWORDS = {
    "CN", "C", "L", "S", "ST", "O", "OU", "T", "IP", "STREET", "DC", "DNQUALIFIER", "DNQ", "SURNAME", "GIVENNAME",
    "INITIALS", "GENERATION", "EMAIL", "EMAILADDRESS", "UID", "SERIALNUMBER",
}


def x500_principal(text):
    """The attributes of an RFC 4514 name as Java parses it; an unknown keyword is an error there."""
    if not text:
        raise Failure("an empty distinguished name")
    attributes = []
    for part in re.split(r"(?<!\\)[,;+]", text):
        key, equals, value = part.strip().partition("=")
        if not equals or not value:
            raise Failure(f"not a distinguished name: {text!r}")
        if key.upper() not in JAVA_KEYWORDS and not re.fullmatch(r"(OID\.)?[0-9]+(\.[0-9]+)+", key, re.IGNORECASE):
            raise Failure(f"Java does not know the attribute {key!r} of {text!r}")
        attributes.append((key, value))
    return attributes


def dotted_oid(text):
    if not re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", text):
        raise Failure(f"not an OID: {text!r}")
    return text
