"""What happens at the end of a process, when threads of its libraries still end.

OpenSSL's own handler frees what belongs to threads, without a lock; a gateway that had ended well crashed in it.
"""

import os
import subprocess
from pathlib import Path

import pytest
from harness import preloaded
from harness.gateway import Gateway

SAID = "OpenSSL cleans up"


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    return {"LD_PRELOAD": str(preloaded.build(Path(__file__).with_name("at_exit.c"), tmp_path_factory.mktemp("library")))}


def test_the_library_sees_openssl_clean_up(preload):
    result = subprocess.run(
        ["openssl", "version"], env=os.environ | preload, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    assert SAID in result.stderr


class Watched(Gateway):
    preload = {}

    def environment(self):
        return super().environment() | self.preload


def test_openssl_does_not_clean_up_after_a_gateway(tmp_path, preload):
    gateway = Watched(tmp_path)
    gateway.preload = preload
    gateway.start()
    assert gateway.stop() == 0
    assert SAID not in gateway.log.read_text(errors="replace")
