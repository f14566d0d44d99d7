"""Witnesses of a gateway's log: they cosign, hang, fail, come back older, and see that a log was put back.

The witness is audit/witness.py, which was written from the published formats.
"""

import shutil
import time

import pytest

from audit import tlog
from audit.case import LABEL, is_ready, lines
from audit.forging import size_of
from audit.witness import Witness
from harness.failure import require, wait_for
from harness.gateway import Served, opened
from harness.portal import digest
from harness.wire import Wire

REFUSED = "the witness {} has seen another audit log than this: "
FORKED = "a witness has seen another audit log than this: was the database put back to an older copy? " \
    "The service is not ready"
SILENT = "a witness does not cosign the audit log; it is asked again"


def served(service, *witnesses, **more):
    """A gateway that has its log cosigned, once a second at most."""
    gateway = Served(service.gateway.state)
    gateway.config["log"] = gateway.config.get("log", {}) | {
        "serve": True, "witnessInterval": 1, "witnesses": [each.configuration for each in witnesses]} | more
    service.portal.base = gateway.url
    return gateway


def published(gateway):
    answer = Wire(None).send("GET", f"{gateway.url}/log/checkpoint", [])
    require(answer.status in (200, 404), f"checkpoint: {answer.status}")
    return answer.body if answer.status == 200 else b""


def size(service):
    """Entries in the tree."""
    with opened(service.database) as db:
        return size_of(db.execute("SELECT checkpoint FROM audit_tree").fetchone()[0])


def caught_up(service, *witnesses):
    """Waits until all entries are in the tree, and the witnesses have cosigned that."""
    service.settled()
    wait_for(lambda: all(each.last[0] == size(service) for each in witnesses))


def head(service, note, *witnesses):
    key = tlog.Key.read(service.key)
    return tlog.checkpoint(note, key.name, key, [tlog.Key.read(each.vkey) for each in witnesses])


def test_checkpoints_are_cosigned_published_and_proven(service, tmp_path):
    with Witness(tmp_path, service.key) as one, Witness(tmp_path, service.key, "witness.example/w2", 2) as two:
        with served(service, one, two) as gateway:
            service.sign(3)
            caught_up(service, one, two)
            note = wait_for(lambda: published(gateway) if published(gateway).count(b"\n\xe2\x80\x94 ") == 3 else b"")
            seen = head(service, note, one, two)
            require(seen.size == size(service), seen)
            require(all(abs(at - time.time()) < 60 for at in seen.witnessed.values()), seen)
            operation = gateway.events("signature.made")[-1]["operation"]
        entries = size(service)
        asked = len(one.answers)
        # The notes are there again, before any witness has answered; one that hangs delays the start by five seconds.
        one.behaviour, two.behaviour = [None], [500]
        with served(service, one, two) as gateway:
            require(head(service, published(gateway), one, two).size >= seen.size, published(gateway))
            wait_for(lambda: len(two.answers) > 0 and two.answers[-1] == 500)
            require(is_ready(gateway), "a witness that hangs makes it not ready")
    require(set(one.answers[:asked]) <= {200, 409}, one.answers)
    keys = ["--log-key", service.key, "--witness", one.vkey, "--witness", two.vkey]
    result = service.verify(service.database, *keys)
    require(result.returncode == 0 and f"{one.name} saw it grow to {entries} entries, at 20" in result.stdout, result.stdout)
    file = tmp_path / "receipt.tlog-proof"
    result = gateway.audit("prove", operation, *keys, "--out", file)
    require(result.returncode == 0, result.stdout)
    result = gateway.run("receipt", "verify", file, *keys)
    require(result.returncode == 0, result.stdout)
    # Cosignatures of those whom nobody names do not count.
    result = gateway.audit("prove", operation, "--log-key", service.key, "--out", file)
    require(result.returncode == 0 and one.name.encode() not in file.read_bytes(), result.stdout)
    stranger = Witness(tmp_path, service.key, "witness.example/w3", 3)
    result = service.verify(service.database, "--log-key", service.key, "--witness", stranger.vkey)
    require(result.returncode == 1, result.stdout)
    require("there is no checkpoint that witness.example/w3 cosigned" in result.stdout, result.stdout)


def test_witnesses_that_hang_and_fail_delay_no_other(service, tmp_path):
    with Witness(tmp_path, service.key) as good, Witness(tmp_path, service.key, "hangs", 2) as hanging, \
            Witness(tmp_path, service.key, "fails", 3) as failing:
        hanging.behaviour, failing.behaviour = [None], [503]
        with served(service, good, hanging, failing) as gateway:
            for _ in range(2):
                service.sign(1)
                begin = time.monotonic()
                caught_up(service, good)
                require(time.monotonic() - begin < 8, "the others were waited for")
            told = [line for line in lines(gateway, "error") if line["message"] == SILENT]
            [line] = [line for line in told if line["witness"] == "fails"]
            require(line["reason"] == "it answers with 503", line)
            require(is_ready(gateway) and not lines(gateway, "critical"), "a witness that fails makes it not ready")
            failing.behaviour = []
            wait_for(lambda: any(
                (line["message"], line.get("witness")) == ("a witness cosigns the audit log again", "fails")
                for line in lines(gateway, "notice")), 30)
            require(failing.last[0] == size(service), failing.last)


def test_a_witness_that_comes_back_older_is_told_what_it_missed(service, tmp_path):
    with Witness(tmp_path, service.key) as witness:
        with served(service, witness) as gateway:
            caught_up(service, witness)
            older = witness.state.read_text()
            service.sign(2)
            caught_up(service, witness)
            witness.state.write_text(older)
            service.sign(1)
            caught_up(service, witness)
            require(409 in witness.answers and witness.answers[-1] == 200, witness.answers)
            require(not lines(gateway, "critical") and is_ready(gateway), "a fork is seen where there is none")
            witness.state.unlink()
            service.sign(1)
            caught_up(service, witness)


def put_back(service, database, checkpoint):
    service.put(database)
    service.checkpoint.write_bytes(checkpoint)


def test_an_auditor_demands_that_witnesses_have_seen_enough_and_lately(service, tmp_path):
    with Witness(tmp_path, service.key) as witness:
        with served(service, witness):
            caught_up(service, witness)
        with served(service):
            service.sign(1)
            service.settled()
        keys = ["--log-key", service.key, "--witness", witness.vkey]
        behind = size(service) - witness.last[0]
        require(behind > 0, "nothing is behind")

        def verify(*options):
            result = service.verify(service.database, *keys, *options)
            return result.returncode, result.stdout

        for options in [["--most-behind", str(behind)], ["--witnessed-within", "3600"]]:
            require(verify(*options)[0] == 0, verify(*options))
        code, text = verify("--most-behind", str(behind - 1))
        require(code == 1 and f"{behind} entries are behind what {witness.name} has cosigned" in text, text)
        # The clock of the witness is years behind, or at a time that is in no calendar.
        text, _ = tlog.signatures(witness.last[2])
        note, kept = witness.last[2], tmp_path / "cosigned"
        for seconds, shown in [(1_700_000_000, "2023-11-14T22:13:20Z"), (2**63 - 1, f"{2**63 - 1} seconds since 1970")]:
            with opened(service.database) as db:
                db.execute("DELETE FROM audit_cosignature")
            kept.write_bytes(log_lines(note) + witness.cosign(text, seconds))
            code, said = verify("--checkpoint", str(kept))
            require(code == 0 and f"at {shown}; " in said, said)
            code, said = verify("--checkpoint", str(kept), "--witnessed-within", "3600")
            require(code == 1 and f"{witness.name} cosigned at {shown}" in said, said)
        for wrong in [["--most-behind", "1"], ["--witnessed-within", "-1", "--witness", witness.vkey]]:
            result = service.verify(service.database, "--log-key", service.key, *wrong)
            require(result.returncode == 64, result.stdout)


def log_lines(note):
    """A note with the signature of the log alone."""
    text, _, lines = note.partition(b"\n\n")
    return text + b"\n\n" + lines.split(b"\n")[0] + b"\n"


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("grows", [False, True])
def test_a_database_put_back_with_the_checkpoint_file(service, tmp_path, grows, silent):
    """Without a witness the gateway starts, and knows nothing of it. One that is silent at the start tells it later."""
    with Witness(tmp_path, service.key) as witness:
        with served(service, witness):
            caught_up(service, witness)
        service.settled()
        older = service.copied("older.sqlite"), service.checkpoint.read_bytes()
        with served(service, witness):
            service.sign(2)
            caught_up(service, witness)
        lost = witness.last[0]
        put_back(service, *older)
        if grows:
            # With other entries, beyond what was lost, while nobody sees it.
            with served(service) as gateway:
                service.sign(10)
                service.settled()
                require(size(service) > lost and is_ready(gateway) and not lines(gateway, "critical"), "it was seen")
        gateway = served(service, witness)
        says = f"the checkpoint of {lost} entries that it cosigned" if grows \
            else f"it has cosigned a checkpoint of {lost} entries, and the log has "
        if silent:
            witness.behaviour = [503]
            with gateway:
                # No entry of what comes after is signed.
                witness.behaviour = []
                [line] = wait_for(lambda: lines(gateway, "critical"), 30)
                require((line["message"], line["witness"]) == (FORKED, witness.name), line)
                require(says in line["reason"], line)
                service.portal.base = gateway.url
                answer = service.portal.authorize(LABEL, [digest()], {"PIN": service.pin})
                require(answer.status == 500, f"it authorizes on another log: {answer.status}")
                wait_for(lambda: not is_ready(gateway))
                stopped = size(service)
                time.sleep(1)
                require(size(service) == stopped, "its tree goes on")
        else:
            gateway.launch()
            try:
                wait_for(lambda: not gateway.process.is_running, 30)
                said = gateway.log.read_text()
                require(REFUSED.format(witness.name) in said and says in said and '"log.witnesses"' in said, said[-2000:])
            finally:
                code = gateway.stop()
            require(code not in (0, None), f"it ended with {code}")
        # What the witness has shows it to anyone.
        kept = tmp_path / "witness.checkpoint"
        kept.write_bytes(witness.last[2])
        keys = ["--log-key", service.key, "--witness", witness.vkey]
        require(service.verify(service.database, *keys).returncode == 0, "found without the witness")
        result = service.verify(service.database, *keys, "--checkpoint", kept)
        require(result.returncode == 1 and f"witness.checkpoint is of {lost} " in result.stdout, result.stdout)


def test_a_witness_of_another_log_and_one_with_another_key(service, tmp_path):
    other = tlog.Key.read(service.key)
    with Witness(tmp_path, service.key) as witness, Witness(tmp_path, service.key, "foreign", 2) as foreign:
        foreign.log = tlog.Key("another.example/log", other.id, other.kind, other.public)
        gateway = served(service, witness, foreign)
        stranger = Witness(tmp_path, service.key, witness.name, 9)
        gateway.config["log"]["witnesses"][0]["key"] = stranger.vkey
        with gateway:
            wait_for(lambda: len(lines(gateway, "error")) == 2)
            reasons = {line["witness"]: line["reason"] for line in lines(gateway, "error")}
            require("no cosignature that verifies" in reasons[witness.name], reasons)
            require(reasons["foreign"].startswith("it does not know this log (404)"), reasons)
            require(published(gateway) == b"", "a checkpoint is published that no witness cosigned")


def test_cosignatures_edited_in_the_database(service, tmp_path):
    with Witness(tmp_path, service.key) as witness:
        with served(service, witness):
            caught_up(service, witness)
            with opened(service.database) as db:
                wait_for(lambda: db.execute("SELECT count(*) FROM audit_cosignature").fetchone()[0] == 1)
        with opened(service.database) as db:
            db.execute("UPDATE audit_cosignature SET signature = CAST(zeroblob(72) AS BLOB)")
        result = service.verify(service.database, "--log-key", service.key)
        require(result.returncode == 1 and "cosignature of" in result.stdout, result.stdout)
        with served(service, witness) as gateway:
            caught_up(service, witness)
            wait_for(lambda: published(gateway))
            [line] = lines(gateway, "critical")
            require((line["message"], line["table"]) == ("the database was edited", "audit_cosignature"), line)
    shutil.copyfile(service.database, tmp_path / "healed.sqlite")
    require(service.verify(tmp_path / "healed.sqlite", "--log-key", service.key).returncode == 0, "it stays edited")
