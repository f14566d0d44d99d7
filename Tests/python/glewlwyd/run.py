"""Starts the provider, prints its data as JSON on one line, and ends it when standard input ends or a signal comes.

    run.py [--algorithm RS256|ES256] [--port N]
"""

import argparse
import json
import signal
import sys
import tempfile

from glewlwyd.provider import KEY_KINDS, Provider


def ended(*_):
    raise SystemExit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--algorithm", choices=sorted(KEY_KINDS), default="RS256")
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ended)
    with tempfile.TemporaryDirectory() as folder, Provider(folder, arguments.algorithm, arguments.port) as provider:
        print(json.dumps(provider.data()), flush=True)
        sys.stdin.read()


main()
