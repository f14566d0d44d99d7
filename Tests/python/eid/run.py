"""eID log-ins against two real providers and one that signs anything, on a sandbox of its own.

    .venv/bin/python Tests/python/eid/run.py .build/debug/countersign-sandbox

Exits 0 if every log-in authorized and every wrong token was refused.
"""

import sys
import tempfile
from pathlib import Path

from stand import Failure, Stand  # first: it makes the folders of the other modules known

import attacks
import log_ins
import mock
from forge import Forge
from provider import Provider


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "glewlwyd").mkdir()
        forge, mocked, provider = Forge(), mock.Mock(folder / "mock.log"), Provider(folder / "glewlwyd")
        try:
            provider.start()
            files = [log_ins.configuration(provider, folder / "secret"), mocked.configuration(), forge.configuration()]
            with Stand(sys.argv[1], folder, files) as stand:
                granted, refused = log_ins.run(stand, provider)
                print(f"glewlwyd: {granted} log-ins authorized, {refused} wrong ones refused", flush=True)
                log_ins.outage(stand, provider)
                print("glewlwyd: an outage spends nothing and stops nobody else", flush=True)
                print(f"oidc-provider-mock: {mock.run(stand, mocked)} wrong tokens refused", flush=True)
                count = attacks.List(stand, forge, stand.second_gateway()).run()
                print(f"attack list: {count} tokens refused, {stand.verifier.count} signatures verified", flush=True)
                stand.verify_audit()
        finally:
            provider.stop()
            mocked.stop()
            forge.close()


try:
    main()
except Failure as failure:
    print(f"FAIL: {failure}")
    sys.exit(1)
