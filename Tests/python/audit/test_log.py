"""Logs of ours, checked by others: Go's golang.org/x/mod/sumdb, and a reader written from the published formats."""

import os
import shutil
import subprocess
import sys

import pytest

from audit import tlog
from harness.program import ROOT

SAMPLES = ROOT / ".build/debug/log-samples"
LOGCHECK = ROOT / "Tests/independent/logcheck"
ORIGIN = "log.example/samples"
# Trees of one and of two entries more than a full tile, and one with three levels of tiles.
SIZES = [2, 256, 257, 1000, 70_000]


@pytest.fixture(scope="module")
def logcheck(folder):
    """Debian's packages are found below /usr/share/gocode; nothing is fetched."""
    program = folder / "logcheck"
    places = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "gocache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, "."], cwd=LOGCHECK, env=os.environ | places, check=True)

    def check(log):
        return subprocess.run([program, log, ORIGIN], capture_output=True, text=True)

    return check


@pytest.fixture(scope="module")
def log(folder):
    """A folder with a log of so many entries. Each is written once."""
    written = {}

    def of(size):
        if size not in written:
            written[size] = folder / f"log-{size}"
            subprocess.run([SAMPLES, written[size], str(size)], check=True)
        return written[size]

    return of


@pytest.mark.parametrize("size", SIZES)
def test_go_checks_the_whole_log(size, log, logcheck):
    done = logcheck(log(size))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{size} entries, ")


@pytest.mark.parametrize(
    "file", ["checkpoint", "earlier", "log.vkey", "witness.vkey", "consistency", "tile/0/000", "tile/0/003.p/232",
             "tile/1/000.p/3", "tile/entries/001", "tile/entries/003.p/232", "proofs/500.tlog-proof", "proofs/1.entry"])
def test_go_finds_what_was_changed(file, log, logcheck, tmp_path):
    """That the check can fail: one bit in the middle of a file."""
    copy = shutil.copytree(log(1000), tmp_path / "log")
    octets = bytearray((copy / file).read_bytes())
    octets[len(octets) // 2] ^= 1
    (copy / file).write_bytes(octets)
    assert logcheck(copy).returncode == 1


def proofs(folder):
    """Each proof of a log with its entry, and the keys."""
    keys = {"log_key": (folder / "log.vkey").read_text().strip(), "witnesses": [(folder / "witness.vkey").read_text().strip()]}
    files = sorted((folder / "proofs").glob("*.tlog-proof"))
    assert files
    return [(int(file.stem), file.read_bytes(), file.with_suffix(".entry").read_bytes()) for file in files], keys


@pytest.mark.parametrize("size", SIZES)
def test_a_reader_of_the_formats_verifies_proofs(size, log):
    found, keys = proofs(log(size))
    for index, octets, entry in found:
        proof, head = tlog.verify(octets, entry, ORIGIN, **keys)
        assert (proof.index, head.size) == (index, size)
        assert proof.extra == (None if index % 2 == 0 else b"an extra")
        assert list(head.witnessed) == ["witness.example/1"]


def test_the_reader_refuses_each_changed_octet(log):
    found, keys = proofs(log(1000))
    index, octets, entry = next(each for each in found if each[0] == 1)
    extra = octets.index(b"extra ") + len(b"extra ")
    for place in range(len(octets)):
        for bits in (0x01, 0x20, 0x80):
            changed = bytearray(octets)
            changed[place] ^= bits
            # Nothing covers the extra.
            if extra <= place < octets.index(b"\nindex"):
                continue
            with pytest.raises(tlog.Refused):
                tlog.verify(bytes(changed), entry, ORIGIN, **keys)
    with pytest.raises(tlog.Refused):
        tlog.verify(octets, entry + b".", ORIGIN, **keys)
    with pytest.raises(tlog.Refused):
        tlog.verify(octets, entry, "log.example/other", **keys)
    with pytest.raises(tlog.Refused):
        tlog.verify(octets, entry, ORIGIN, *[proofs(log(257))[1][each] for each in ("log_key", "witnesses")])


def test_the_reader_runs_by_itself(log):
    folder = log(1000)
    found, keys = proofs(folder)
    given = [folder / "proofs/500.tlog-proof", "--origin", ORIGIN, "--log-key", keys["log_key"]]
    own = [sys.executable, "-m", "audit.tlog", *given, "--witness", keys["witnesses"][0], "--entry"]
    done = subprocess.run([*own, folder / "proofs/500.entry"], cwd=ROOT / "Tests/python", capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith(f"{ORIGIN}: entry 500 of 1000\nwitness.example/1 saw it by 20")
    done = subprocess.run([*own, folder / "proofs/1.entry"], cwd=ROOT / "Tests/python", capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("refused: ")
