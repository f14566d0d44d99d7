"""Sends what schemathesis makes of the OpenAPI document, right and wrong, to a sandbox of its own.

    .venv/bin/python Tests/python/openapi/fuzz.py .build/debug/countersign-sandbox

Every answer must be as documented, and none may be a fault of the service. The seed is fixed, so that a run can be
repeated; another one, or more cases, may be asked for.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(listener.getsockname()[1]) for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def serve(program, folder, port, tls_port):
    arguments = ["sandbox", "--state", folder, "--port", port, "--tls-port", tls_port, "--log-level", "error"]
    log = Path(folder) / "log"
    with log.open("w") as file:
        process = subprocess.Popen([program, *arguments], stdout=file, stderr=file)
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"the sandbox ended with {process.returncode}: {log.read_text()}")
        if (Path(folder) / "sandbox.json").exists():
            return process
        time.sleep(0.05)
    process.terminate()
    sys.exit(f"the sandbox did not get ready: {log.read_text()}")


def main():
    parser = argparse.ArgumentParser(description="Send generated requests to a sandbox.")
    parser.add_argument("program", help="the built countersign-sandbox")
    parser.add_argument("--cases", type=int, default=30, help="random cases for each operation (default: 30)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="countersign-fuzz-") as folder:
        port, tls_port = free_ports(2)
        sandbox = serve(arguments.program, folder, port, tls_port)
        try:
            command = [
                Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run",
                HERE.parents[2] / "Specs/openapi/openapi.yaml",
                "--url", f"http://127.0.0.1:{port}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
                "--max-examples", str(arguments.cases), "--seed", str(arguments.seed), "--continue-on-failure",
                "--suppress-health-check", "all", "--max-redirects", "0", "--no-color", "--warnings", "off",
            ]  # fmt: skip
            environment = {
                **os.environ,
                "PYTHONPATH": str(HERE),
                "SCHEMATHESIS_HOOKS": "fuzz_hooks",
                "COUNTERSIGN_SANDBOX": f"{folder}/sandbox.json",
            }
            result = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
            lines = result.stdout.splitlines()
            print("\n".join(lines if result.returncode else lines[-6:]))
            return result.returncode
        finally:
            sandbox.terminate()
            sandbox.wait()


if __name__ == "__main__":
    sys.exit(main())
