"""Witnesses that fetch the log's checkpoints from a gateway, and bring their cosignatures.

The witness is audit/witness.py, which was written from the published formats.
"""

import time

import pytest

from audit.case import LABEL, is_ready, lines
from audit.test_witness import FORKED, head, log_lines, published, put_back, served, size
from audit.witness import Witness
from harness.failure import Failure, require, wait_for
from harness.gateway import opened
from harness.portal import digest
from harness.wire import Wire

FETCHES = "a witness fetches the audit log's checkpoints"
AWAY = "a witness that fetches the audit log's checkpoints stays away"
AGAIN = "a witness cosigns the audit log again"
EDITED = "the audit log was edited: what is stored of it is not what was signed; the service is not ready"
TOKEN = "a-token-of-the-log-for-witnesses"
# Another address of this machine, whose wrong notes are counted apart.
ELSEWHERE = "127.0.0.78"


def kept(service):
    with opened(service.database) as db:
        return db.execute("SELECT * FROM audit_cosignature ORDER BY witness").fetchall()


def brought(witness, gateway, *headers):
    answer = witness.fetch(gateway.url, *headers)
    require(answer.status == 204, answer.summary())


def test_what_a_witness_brings_is_kept_published_and_proven(service, tmp_path):
    one, two = Witness(tmp_path, service.key), Witness(tmp_path, service.key, "witness.example/w2", 2)
    with Witness(tmp_path, service.key, "witness.example/asked", 3) as asked:
        with served(service, one, two, asked) as gateway:
            service.sign(3)
            service.settled()

            def cosigned():
                brought(one, gateway)
                brought(two, gateway)
                note = published(gateway)
                # An older one may have all of them first.
                if note.count(b"\n\xe2\x80\x94 ") == 4:
                    found = head(service, note, one, two, asked)
                    return found if found.size == size(service) else None
                return None

            seen = wait_for(cosigned)
            operation = gateway.events("signature.made")[-1]["operation"]
            # Notes of one that is asked do not count, whoever kept one.
            require(one.bring(gateway.url, asked.last[2]).status == 403, "the note of a witness that is asked is taken")
            told = [line["witness"] for line in lines(gateway, "notice") if line["message"] == FETCHES]
            require(told == [one.name, two.name], told)
            require(not lines(gateway, "error"), "a witness without an address was asked")
        asked.behaviour = [500]
        # What they brought is there again after a start, and the log only grew.
        with served(service, one, two, asked) as gateway:
            require(head(service, published(gateway), one, two).size >= seen.size, published(gateway))
            service.sign(1)
            service.settled()

            def caught_up():
                brought(one, gateway)
                brought(two, gateway)
                return one.last[0] == two.last[0] == size(service)

            wait_for(caught_up)
    keys = ["--log-key", service.key, "--witness", one.vkey, "--witness", two.vkey]
    result = service.verify(service.database, *keys)
    require(result.returncode == 0 and f"{one.name} saw it grow to {one.last[0]} entries" in result.stdout, result.stdout)
    file = tmp_path / "receipt.tlog-proof"
    result = gateway.audit("prove", operation, *keys, "--out", file)
    require(result.returncode == 0, result.stdout)
    result = gateway.run("receipt", "verify", file, *keys)
    require(result.returncode == 0, result.stdout)


def test_stale_and_forged_notes_keep_nothing(service, tmp_path):
    witness = Witness(tmp_path, service.key)
    impostor = Witness(tmp_path, service.key, witness.name, 9)
    stranger = Witness(tmp_path, service.key, "witness.example/stranger", 8)
    with served(service, witness) as gateway:
        brought(witness, gateway)
        older = witness.last[2]
        service.sign(2)
        service.settled()
        wait_for(lambda: brought(witness, gateway) or witness.last[0] == size(service))
        newest, rows = witness.last[2], kept(service)
        text = log_lines(newest).partition(b"\n\n")[0] + b"\n"
        line = newest.rsplit(b"\n", 2)[1] + b"\n"
        for note, status in [
            (older, 409), (log_lines(newest) + witness.cosign(text, 1_700_000_000), 409),
            (log_lines(newest), 403), (log_lines(newest) + stranger.cosign(text), 403),
            (log_lines(newest) + impostor.cosign(text).replace(impostor_id(impostor), impostor_id(witness)), 403),
            (log_lines(older) + line, 403), (text + b"\n" + line, 403),
            (newest.replace(b"/log\n", b"/Log\n", 1), 403),
            (log_lines(newest) + witness.cosign(text, 1), 400), (b"", 400), (newest + b"x", 400),
            (newest * 100, 413), (b"\n" * 1000, 400),
        ]:
            answer = witness.bring(gateway.url, note)
            require(answer.status == status, f"{answer.summary()}, not {status}: {note[:200]}")
            if status == 409:
                require(answer.body == b"%d\n" % witness.last[0], answer.body)
        require(witness.bring(gateway.url, newest).status == 204, "the same again is refused")
        require(kept(service) == rows and published(gateway) == newest, "something else was kept")
        require(is_ready(gateway) and not lines(gateway, "critical"), "a stranger's note stops the service")
        # Somebody who tries and tries waits, and no witness elsewhere.
        statuses = [witness.bring(gateway.url, b"x", source=ELSEWHERE).status for _ in range(23)]
        require(statuses == [400] * 21 + [429] * 2, statuses)
        require(witness.bring(gateway.url, newest).status == 204, "another address waits as well")


def impostor_id(witness):
    """How the key id begins each of its lines, in base64."""
    return witness.cosign(b"x").split(b" ")[-1][:6]


def test_a_log_with_a_token_is_for_witnesses_with_it(service, tmp_path):
    file = tmp_path / "log-token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    witness = Witness(tmp_path, service.key)
    with served(service, witness, tokenFile=str(file)) as gateway:
        for method, body in [("GET", None), ("POST", b"x")]:
            answer = Wire(None).send(method, f"{gateway.url}/log/cosignatures", [], body)
            require(answer.status == 401, answer.summary())
        brought(witness, gateway, ("Authorization", f"Bearer {TOKEN}"))
        require(kept(service), "nothing was kept")


def test_an_edited_tree_that_shows_when_a_witness_comes(service, tmp_path):
    witness = Witness(tmp_path, service.key)
    with served(service, witness) as gateway:
        brought(witness, gateway)
        text = log_lines(witness.last[2]).partition(b"\n\n")[0] + b"\n"
        service.settled()
        with opened(service.database) as db:
            db.execute("UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0")
        note = log_lines(witness.last[2]) + witness.cosign(text, int(time.time()) + 5)
        for _ in range(2):
            answer = witness.bring(gateway.url, note)
            require(answer.status == 500, answer.summary())
        wait_for(lambda: not is_ready(gateway))
        [line] = lines(gateway, "critical")
        require(line["message"].startswith("the audit log was edited: what is stored of it"), line)


def test_one_that_stays_away_is_told_of_and_that_it_came(service, tmp_path):
    """Sixty intervals, which are a second here."""
    away, there = Witness(tmp_path, service.key), Witness(tmp_path, service.key, "witness.example/w2", 2)
    with served(service, away, there) as gateway:
        # One that came yesterday and not today is away as well, but not one that has all.
        service.settled()
        wait_for(lambda: brought(there, gateway) or there.last[0] == size(service))

        def told(level, message):
            return [line["witness"] for line in lines(gateway, level) if line["message"] == message]

        wait_for(lambda: told("error", AWAY), 90)
        require(told("error", AWAY) == [away.name] and is_ready(gateway), gateway.log.read_text())
        brought(away, gateway)
        wait_for(lambda: told("notice", AGAIN) == [away.name])
        require(told("error", AWAY) == [away.name], gateway.log.read_text())


def seen_and_put_back(service, witness, signatures):
    """The witness has cosigned more than the database has, which is an older copy with its checkpoint."""
    with served(service, witness) as gateway:
        brought(witness, gateway)
    service.settled()
    older = service.copied("older.sqlite"), service.checkpoint.read_bytes()
    with served(service, witness) as gateway:
        service.sign(signatures)
        service.settled()
        wait_for(lambda: brought(witness, gateway) or witness.last[0] == size(service))
    put_back(service, *older)


def test_a_fork_that_shows_after_an_edit(service, tmp_path):
    """The database is put back, then its tree is edited. Each is told of once, whatever is brought how often."""
    witness = Witness(tmp_path, service.key)
    seen_and_put_back(service, witness, 3)
    with served(service, witness) as gateway:
        service.sign(1)
        service.settled()
        require(size(service) < witness.last[0], f"{size(service)} entries")
        offered = Wire(None).send("GET", f"{gateway.url}/log/cosignatures", [])
        require(offered.status == 200, offered.summary())
        with opened(service.database) as db:
            db.execute("UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0")
        note = offered.body + witness.cosign(offered.body.partition(b"\n\n")[0] + b"\n")
        require(witness.bring(gateway.url, note).status == 500, "an edited tree leads to the checkpoint")
        for _ in range(3):
            answer = witness.bring(gateway.url, witness.last[2])
            require(answer.status == 422, answer.summary())
        told = [line["message"] for line in lines(gateway, "critical")]
        require(told == [EDITED, FORKED], told)
        answer = service.portal.authorize(LABEL, [digest()], {"PIN": service.pin})
        require(answer.status == 500, f"it authorizes on another log: {answer.status}")
        wait_for(lambda: not is_ready(gateway))


@pytest.mark.parametrize("grows", [False, True])
def test_a_database_put_back_with_the_checkpoint_file(service, tmp_path, grows):
    """The witness refuses to go on, and its last note shows the gateway that the log was another one."""
    witness = Witness(tmp_path, service.key)
    seen_and_put_back(service, witness, 2)
    with served(service, witness) as gateway:
        service.sign(10 if grows else 0)
        service.settled()
        require((size(service) > witness.last[0]) == grows, f"{size(service)} entries")
        with pytest.raises(Failure, match="the log did not grow from what was seen"):
            witness.fetch(gateway.url)
        for _ in range(2):
            answer = witness.bring(gateway.url, witness.last[2])
            require(answer.status == 422, answer.summary())
        [line] = lines(gateway, "critical")
        require((line["message"], line["witness"]) == (FORKED, witness.name), line)
        wait_for(lambda: not is_ready(gateway))
        answer = service.portal.authorize(LABEL, [digest()], {"PIN": service.pin})
        require(answer.status == 500, f"it authorizes on another log: {answer.status}")
