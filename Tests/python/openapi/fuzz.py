"""Sends what schemathesis makes of the OpenAPI document, right and wrong, to a sandbox of its own.

    python -m openapi.fuzz

Every answer must be as documented, and none may be a fault of the service. The seed is fixed, so that a run can be
repeated; another one, or more cases, may be asked for.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.gateway import Gateway
from harness.program import ROOT

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)


def main():
    parser = argparse.ArgumentParser(description="Send generated requests to a sandbox.")
    parser.add_argument("--cases", type=int, default=30, help="random cases for each operation (default: 30)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory(prefix="countersign-fuzz-") as folder, Gateway(folder, level="error") as gateway:
        command = [
            Path(sys.executable).parent / "schemathesis", "--config-file", here / "schemathesis.toml", "run",
            ROOT / "Specs/openapi/openapi.yaml", "--url", gateway.sandbox.plain, "--checks", CHECKS,
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(arguments.cases),
            "--seed", str(arguments.seed), "--continue-on-failure", "--suppress-health-check", "all",
            "--max-redirects", "0", "--no-color", "--warnings", "off",
        ]  # fmt: skip
        environment = os.environ | {
            "PYTHONPATH": str(here.parent), "SCHEMATHESIS_HOOKS": "openapi.fuzz_hooks",
            "COUNTERSIGN_SANDBOX": str(gateway.announcement),
        }
        result = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
        lines = result.stdout.splitlines()
        print("\n".join(lines if result.returncode else lines[-6:]))
        return result.returncode


if __name__ == "__main__":
    sys.exit(main())
