"""Members and samples are read out of the text as they stand there, and what was read is what the tool has."""

import json

import pytest

from csc import embed
from csc.contents import contents
from csc.members import MEMBERS, members
from csc.samples import GAP, SAMPLES, samples

CREATE = ("11.4 credentials/create\nDescription\nMakes one.\nOutput\nThis method returns a credentialInfo object using the "
          "“application/json” format (see credentials/list).\n")
LIST = ("11.6 credentials/list\nDescription\nLists.\nOutput\nAttribute Presence Value Description\n"
        "credentialIDsREQUIREDArray of String One or more.\n"
        "The ‘credentialInfo Object’ is a JSON Object composed of these.\nAttribute Presence Value Description\n"
        "credentialIDREQUIREDString The id, which is OPTIONAL\nelsewhere.\n"
        "key/curve REQUIRED\nConditional\nString The curve.\nError Case Status\n")


def paths(text):
    return [(row["section"], row["path"], row["presence"], row["type"]) for row in members(text)]


def test_members_of_objects_and_of_a_method_that_refers_to_them():
    assert paths(CREATE + LIST) == [
        ("11.4", "credentialID", "REQUIRED", "String"), ("11.4", "key/curve", "REQUIRED Conditional", "String"),
        ("11.6", "credentialIDs", "REQUIRED", "Array of String"),
        ("11.6", "credentialInfos/*/credentialID", "REQUIRED", "String"),
        ("11.6", "credentialInfos/*/key/curve", "REQUIRED Conditional", "String"),
    ]


@pytest.mark.parametrize("row", ["SADREQUIREDThing The SAD.\n", "S A DREQUIREDString The SAD.\n"])
def test_a_member_that_cannot_be_read_fails(row):
    with pytest.raises(ValueError):
        members(CREATE + LIST.replace("Error Case", row + "Error Case"))


def test_members_of_the_repository():
    found = json.loads(MEMBERS.read_text(encoding="utf-8"))["members"]
    assert len({(row["section"], row["number"]) for row in found}) == len(found) == 133
    # Items are numbered from 51 in each section, and samples from 91.
    assert max(row["number"] for row in found) < 40
    required = [row for row in found if row["presence"].startswith("REQUIRED")]
    assert len(required) == 95


JSON = ("11.9 thing/do\nDescription\nDoes.\nExamples\nSample Request\nPOST /csc/v2/thing/do HTTP/1.1\n"
        "Content-Type: application/json\n{\n  \"id\": \"ab\",\n  \"mode\": \"A\"\n  \"list\": [1,],\n}\n"
        "cURL Example\ncurl\n")


def test_a_call_with_its_commas_mended():
    (sample,) = samples(JSON)
    assert sample["request"] == {"id": GAP, "mode": "A", "list": [1]} and sample["mended"] == ["commas"]


def test_a_query_and_a_form():
    text = ("8.2.2 oauth2/authorize\nDescription\nIs.\nSample Request (Service)\nGET https://a.example/oauth2/authorize?\n"
            "  response_type=code&\n  \nauthorization_details=%5B%7B%22type%22%3A%22credential%22%7D\n%5D\nSample Response\n"
            "8.2.5 oauth2/revoke\nDescription\nIs.\nSample Request\nPOST /oauth2/revoke HTTP/1.1\nHost: a\ntoken=x&\n"
            "token_type_hint=refresh_token\ncURL Example\n")
    page, form = samples(text)
    assert page["form"] == "page" and page["request"] == {
        "response_type": "code", "authorization_details": [{"type": "credential"}]}
    assert form["form"] == "form" and form["request"] == {"token": GAP, "token_type_hint": "refresh_token"}


def test_samples_of_the_repository():
    found = json.loads(SAMPLES.read_text(encoding="utf-8"))["samples"]
    assert len({(entry["section"], entry["number"]) for entry in found}) == len(found) == 37
    assert max(entry["number"] for entry in found) < 10


@pytest.mark.parametrize("name", sorted(embed.TABLES))
def test_the_tool_has_what_the_files_have(name):
    file = embed.CATALOGUE / f"Published{name.capitalize()}.swift"
    assert file.read_text(encoding="utf-8") == embed.swift(name)


def test_contents_are_those_of_the_table_alone():
    text = ("1 Not this\nContents\nForeword\n1 Scope\n8.2.2 oauth2/authorize\nf\n2\n\n--- PAGE 3 ---\n13.6 Create a remote signature (based\n"
            "on SMS)\nForeword\n99 Nor this\n")
    assert [(entry["section"], entry["title"]) for entry in contents(text)] == [
        ("1", "Scope"), ("8.2.2", "oauth2/authorize"), ("13.6", "Create a remote signature (based on SMS)")]
