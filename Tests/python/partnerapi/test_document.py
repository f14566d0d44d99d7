"""The partner API's document as it is served."""

from harness.failure import require
from harness.program import ROOT
from harness.wire import Wire


def test_the_document_is_served_and_known_again(sandbox):
    wire, url = Wire(sandbox.trust_anchor), sandbox.tls + "/partner/v1/openapi.yaml"
    answer = wire.send("GET", url, [], None)
    require(answer.status == 200, str(answer))
    require(answer.body == (ROOT / "Specs/openapi/partner.yaml").read_bytes(), "another document")
    known = wire.send("GET", url, [("If-None-Match", answer.header("ETag"))], None)
    require(known.status == 304 and not known.body, str(known))
