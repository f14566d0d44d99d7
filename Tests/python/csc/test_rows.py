"""Shows that the error tables are read as they are printed, and that what cannot be read fails."""

import json
import re

import pytest

from csc.rows import ROWS, rows


# The layout of the published text, with cells of our own.
HEAD = "Error Case Status Code Error Error Description\n"
COMMON = """
Table 3 – Predefined
Error Error Description
invalid_request The request is
malformed.
server_errorThe server failed.
11 The remote service APIs
"""
PAGE = "f\n4\n\n--- PAGE 5 ---\n"


def section(table, end="Examples\n"):
    return COMMON + "11.3 auth/revoke\nDescription\nSomething.\n" + table + end


def texts(text):
    return [row["error_description"] for row in rows(text) if row["method"] != "*"]


def test_cells():
    table = HEAD + (
        "No header\n400\n(bad\nrequest)\ninvalid_requestMalformed header.\n"
        "Missing “token” 400 (bad request) |\n401 (unauthorized)\ninvalid_requestMissing (or invalid type) string parameter\nSAD\n"
        "Invalid header401 (unauthorized)invalid_client Invalid user-\nname ‘O=[organization],CN=\n[name]’ is expired.\n"
    )
    found = [row for row in rows(section(table)) if row["method"] != "*"]
    assert [(row["status"], row["error"]) for row in found] == [
        ([400], "invalid_request"), ([400, 401], "invalid_request"), ([401], "invalid_client"),
    ]
    assert texts(section(table)) == [
        "Malformed header.", "Missing (or invalid type) string parameter SAD",
        "Invalid user-name ‘O=[organization],CN=[name]’ is expired.",
    ]


def test_a_table_over_two_pages():
    table = (
        HEAD + "When out of bounds400\n(bad\ninvalid_requestOut of bounds\n" + PAGE
        + "Error Case Status\nCode\nError Error Description\nrequest)\nWhen wrong 400\n(bad\nrequest)\ninvalid_requestInvalid thing\n"
    )
    assert texts(section(table)) == ["Out of bounds", "Invalid thing"]


def test_common_errors():
    found = rows(section(HEAD + "Case400\n(bad\nrequest)\ninvalid_requestText\n"))
    assert [(row["error"], row["error_description"]) for row in found if row["method"] == "*"] == [
        ("invalid_request", "The request is malformed."), ("server_error", "The server failed."),
    ]


@pytest.mark.parametrize("table", [
    HEAD + "Case400\n(bad\nrequest)\ninvalid_requestText\nAnother case without a row\n",
    HEAD + "Case400\n(bad\nrequest)\ninvalid_thingText\n" + "Case400\n(bad\nrequest)\ninvalid_requestText\n",
    "Error Case and something else\n",
    HEAD + "400\n(bad\nrequest)\ninvalid_requestText without a case\n",
])
def test_what_cannot_be_read_fails(table):
    with pytest.raises(ValueError):
        rows(section(table))


def test_the_rows_of_the_repository():
    found = json.loads(ROWS.read_text(encoding="utf-8"))["rows"]
    assert len({(row["section"], row["row"]) for row in found}) == len(found) == 154
    for row in found:
        assert set(row) == {"section", "method", "row", "status", "error", "error_description"}
        assert row["method"] == "*" or row["status"] and set(row["status"]) <= {400, 401, 403}
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", row["error"])
        assert row["error_description"] == " ".join(row["error_description"].split())
