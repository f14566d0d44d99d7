"""`info` in each form that the operator may choose, and the conformance tool against each."""

import json
import subprocess

import pytest
import requests

from harness.failure import require
from harness.gateway import Gateway, Served
from harness.program import ROOT

TOOL = ROOT / ".build/debug/csc-conformance"
RUN_LIMIT = 120  # seconds of a run of the tool
# Members of `info` that are there in one form alone; `make conformance` sees the form with `oauth2`.
OF_ONE_FORM = {"110158", "110160", "110170", "110171", "110172", "110173", "110174"}
FORMS = [
    lambda url: {"oauth2": url + "/csc/v2"},
    lambda url: {"oauth2Issuer": url},
    lambda url: {"oauth2Servers": [
        {"label": "People", "issuerIdentifier": url, "authType": ["oauth2code"]},
        {"baseUri": url, "authType": ["oauth2client"]},
    ]},
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """`serve` on the state of a sandbox that was stopped, at its ports."""
    gateway = Gateway(tmp_path_factory.mktemp("info"))
    with gateway:
        sandbox = gateway.announcement.read_text()
    served = Served(gateway.state)
    (gateway.state / "sandbox.json").write_text(sandbox)
    return served


def configured(served, members):
    """The same with other members of `info`."""
    other = Served(served.state)
    other.config["info"].update(members)
    return other


def items(served, *chosen):
    """Result by item of a run of the tool."""
    result = served.state.parent / "result.json"
    subprocess.run(
        [TOOL, "--sandbox", served.state / "sandbox.json", "--items", ",".join(chosen), "--json", result],
        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=RUN_LIMIT)
    return json.loads(result.read_text())["items"]


def test_the_tool_takes_each_form(served):
    passed = set()
    for form in FORMS:
        members = form(served.config["info"]["publicURL"])
        with configured(served, members) as gateway:
            found = items(gateway, "11.1")
        require(found, "no item ran")
        wrong = [item for item in found if item["result"] == "failed"]
        require(not wrong, f"{members}: {wrong}")
        passed |= {str(item["item"]) for item in found if item["result"] == "passed"}
    require(OF_ONE_FORM <= passed, f"never passed: {OF_ONE_FORM - passed}")


def test_several_forms_stop_the_start(served):
    url = served.config["info"]["publicURL"]
    gateway = configured(served, {"oauth2": url, "oauth2Servers": [{"baseUri": url}]})
    file = gateway.command()[-1]
    for command in (["config", "check"], ["serve"]):
        result = gateway.run(*command, "--config", file)
        require(result.returncode != 0 and '"oauth2" and "oauth2Servers" are both there' in result.stdout, result.stdout)


def test_methods_that_are_left_out(served):
    methods = ["credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash"]
    with configured(served, {"methods": methods}) as gateway:
        for version in ("v1", "v2"):
            base = f"{gateway.url}/csc/{version}"
            info = requests.post(f"{base}/info", json={}).json()
            require(sorted(info["methods"]) == sorted(methods) and "basic" not in info["authType"], info)
            answer = requests.post(f"{base}/auth/login", json={})
            require(answer.status_code == 501, answer.text)
    result = configured(served, {"methods": [*methods, "signatures/signAll"]})
    checked = result.run("config", "check", "--config", result.command()[-1])
    require(checked.returncode != 0 and "signatures/signAll" in checked.stdout, checked.stdout)
