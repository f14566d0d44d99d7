"""Attacks on a stored log: each takes the database, changes it, and knows what the verifier then has to say.

Which of them needs which verifier stands in Specs/threat-model.md, and test_tampering.py compares.
"""

import shutil

from audit.forging import WIDTH, Log, Signer, size_of

# By its name in the threat model: what is done, and a pattern of what is said.
ATTACKS = {}


def attack(name, says):
    def take(function):
        ATTACKS[name] = (function, says)
        return function
    return take


def edit(name, says, statement, rows=1):
    """An attack that is one statement. `:first`, `:middle`, `:last` and `:size` are positions."""
    @attack(name, says)
    def _(log, case):
        count = log.count
        places = {"first": 1, "middle": count // 2, "last": count, "size": size_of(log.checkpoint)}
        assert log.db.execute(statement, places).rowcount == rows


edit("a payload changed", "entry {middle} was changed",
     "UPDATE audit_entry SET payload = CAST(replace(payload, ':', ': ') AS BLOB) WHERE position = :middle")
edit("a salt changed", "entry {middle} was changed",
     "UPDATE audit_entry SET salt = zeroblob(16) WHERE position = :middle")
edit("a header cut", "entry {middle} was changed",
     "UPDATE audit_entry SET header = substr(header, 1, length(header) - 1) WHERE position = :middle")
edit("the first entry deleted", "entry 1 is missing", "DELETE FROM audit_entry WHERE position = :first")
edit("an entry in the middle deleted", "entry {middle} is missing",
     "DELETE FROM audit_entry WHERE position = :middle")
edit("the last entry deleted", "the stored checkpoint is of {size} entries, which the log has not",
     "DELETE FROM audit_entry WHERE position = :last")
edit("an entry put in before the first", "entry 1 is missing",
     "INSERT INTO audit_entry SELECT 0, header, salt, payload FROM audit_entry WHERE position = :first")
edit("an entry repeated at the end", "entry {after} does not follow from those before in lane",
     "INSERT INTO audit_entry (header, salt, payload) "
     "SELECT header, salt, payload FROM audit_entry WHERE position = :last")
edit("a lane's row set back", "lane [0-9a-f]{{16}} should have [0-9]+ entries and has",
     "UPDATE audit_lane SET count = count - 1 WHERE rowid = (SELECT max(rowid) FROM audit_lane WHERE count > 0)")
edit("a lane's row with another end", "lane [0-9a-f]{{16}} should have [0-9]+ entries and has",
     "UPDATE audit_lane SET last = zeroblob(32) WHERE rowid = (SELECT max(rowid) FROM audit_lane WHERE count > 0)")
edit("a lane's row deleted", "lane [0-9a-f]{{16}} should have 0 entries and has",
     "DELETE FROM audit_lane WHERE rowid = (SELECT max(rowid) FROM audit_lane WHERE count > 0)")
edit("a lane's row added", "lane 000000000000002a should have 3 entries and has 0",
     "INSERT INTO audit_lane VALUES (42, 'gateway', 3, zeroblob(32), zeroblob(32), x'')")
edit("a full tile changed", "tile/0/000 is not the tile of these entries",
     "UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0 AND number = 0")
edit("a full tile deleted", "tile/0/000 is missing", "DELETE FROM audit_tile WHERE level = 0 AND number = 0")
edit("a partial tile cut", "tile/0/{edge} is not the tile of these entries",
     "UPDATE audit_tile SET hashes = substr(hashes, 1, length(hashes) - 32) "
     f"WHERE level = 0 AND number = :size / {WIDTH}")
edit("a tile of a higher level changed", "tile/1/000 is not the tile of these entries",
     "UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 1")
edit("a tile added", "tile/0/009 is not the tile of these entries",
     "INSERT INTO audit_tile SELECT 0, 9, hashes FROM audit_tile WHERE level = 0 AND number = 0")
edit("the checkpoint deleted", "tile/0/000 is not the tile of these entries", "DELETE FROM audit_tree")
edit("a lane's progress changed", "in the tree, lane [0-9a-f]{{16}} should have [0-9]+ entries and has",
     "UPDATE audit_progress SET count = count - 1 WHERE rowid = (SELECT max(rowid) FROM audit_progress)")
edit("a lane's progress deleted", "in the tree, lane [0-9a-f]{{16}} should have 0 entries and has",
     "DELETE FROM audit_progress WHERE rowid = (SELECT max(rowid) FROM audit_progress)")
edit("the MAC of a lane's progress changed", "a row of audit_progress that was edited",
     "UPDATE audit_progress SET row_mac = zeroblob(32) WHERE rowid = (SELECT max(rowid) FROM audit_progress)")
edit("a cosignature that no witness made", "the stored cosignature of made.up.* does not verify",
     "INSERT INTO audit_cosignature SELECT "
     "'made.up+0fe65c65+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU', checkpoint, zeroblob(72), row_mac FROM audit_tree")


@attack("a header's time changed", "entry {next} does not follow from those before in lane")
def _(log, case):
    header = log.header(log.count // 2)
    changed = header.octets[:8] + bytes([header.octets[8] ^ 1]) + header.octets[9:]
    log.run("UPDATE audit_entry SET header = ? WHERE position = ?", changed, log.count // 2)


@attack("two entries exchanged", "entry {middle} does not follow from those before in lane")
def _(log, case):
    place = log.count // 2
    for before, after in ((place, -1), (place + 1, place), (-1, place + 1)):
        log.run("UPDATE audit_entry SET position = ? WHERE position = ?", after, before)


@attack("two tiles exchanged", "tile/0/00[01] is not the tile of these entries")
def _(log, case):
    for before, after in ((0, -1), (1, 0), (-1, 1)):
        log.run("UPDATE audit_tile SET number = ? WHERE level = 0 AND number = ?", after, before)


@attack("an entry forged at the end", "lane [0-9a-f]{{16}} should have [0-9]+ entries and has")
def _(log, case):
    log.forge(with_lane=False)


@attack("an entry forged at the end, with the lane's row", "a row of audit_lane that was edited")
def _(log, case):
    log.forge()


@attack("an entry forged at the end in a lane of its own, with its row", "a row of audit_lane that was edited: 42")
def _(log, case):
    log.forge(lane=42)


@attack("an entry and its lane written again", "tile/0/00[0-9] is not the tile of these entries")
def _(log, case):
    log.write_again()


@attack("an entry, its lane and the tiles written again", "the stored checkpoint is of {size} other entries")
def _(log, case):
    checkpoint = log.checkpoint
    log.write_again()
    log.plant()
    log.put(checkpoint)


@attack("the log written again under the old signature", "the stored checkpoint is no checkpoint of this log and key")
def _(log, case):
    log.write_again()
    log.plant()


@attack("the log written again under another key", "the stored checkpoint is no checkpoint of this log and key")
def _(log, case):
    log.write_again()
    log.plant(Signer(case.origin))


@attack("the log written again from before the older checkpoint, without a tree",
        "there is no stored checkpoint")
def _(log, case):
    log.rewrite(2, b'{"partner":"portal","signer":"signer-another"}')
    log.run("DELETE FROM audit_tile")
    log.run("DELETE FROM audit_progress")
    log.run("DELETE FROM audit_stamp")
    log.run("DELETE FROM audit_tree")


@attack("an entry taken out, and all lanes and tiles written again under another key",
        "the stored checkpoint is no checkpoint of this log and key")
def _(log, case):
    position = log.last_of("signature.made")
    lane = log.header(position).lane
    log.run("DELETE FROM audit_entry WHERE position = ?", position)
    log.close_gaps()
    log.relink(lane)
    log.plant(Signer(case.origin))


@attack("the log cut off at the older checkpoint, which is put back with its tiles",
        "newest.checkpoint is of {size} entries, which the log has not")
def _(log, case):
    log.cut(size_of(case.older.read_bytes()))
    log.plant()
    log.put(case.older.read_bytes())


@attack("what came after the older checkpoint written again, and that put back with its tiles",
        "newest.checkpoint is of {size} other entries")
def _(log, case):
    log.write_again()
    log.plant(size=size_of(case.older.read_bytes()))
    log.put(case.older.read_bytes())


@attack("the older checkpoint put back alone", "tile/0/00[0-9] is not the tile of these entries")
def _(log, case):
    log.put(case.older.read_bytes())


@attack("the checkpoint of another service", "tile/0/001 is not the tile of these entries")
def _(log, case):
    log.put(case.foreign_checkpoint)


@attack("the checkpoint signed by another key", "the stored checkpoint is no checkpoint of this log and key")
def _(log, case):
    log.plant(Signer(case.origin))


@attack("the whole database put back to an older copy", "newest.checkpoint is of {size} entries, which the log has not")
def _(log, case):
    exchange(log, case.older_copy)


@attack("the whole database put back to a copy from before the older checkpoint",
        "older.checkpoint is of {older} entries, which the log has not")
def _(log, case):
    exchange(log, case.oldest_copy)


@attack("the whole database of another service", "(the stored|a stamped) checkpoint is no checkpoint of this log and key")
def _(log, case):
    exchange(log, case.foreign_copy)


@attack("entries cut off that no checkpoint has seen, and the lane's row of before put back",
        "rows of activation [a-z_ ]+ that were put back, removed or added")
def _(log, case):
    exchange(log, case.killed)
    size = size_of(log.checkpoint)
    assert log.run("DELETE FROM audit_entry WHERE position > ?", size) > 0
    with Log(case.honest) as before:
        rows = before.all("SELECT * FROM audit_lane")
    log.run("DELETE FROM audit_lane")
    log.db.executemany("INSERT INTO audit_lane VALUES (?, ?, ?, ?, ?, ?)", rows)


@attack("the whole database put back to what the newest checkpoint has seen", "")
def _(log, case):
    exchange(log, case.killed)
    assert log.count > size_of(case.newest.read_bytes())
    exchange(log, case.honest)


def exchange(log, database):
    """Puts another database in the place of this one."""
    path = log.all("PRAGMA database_list")[0][2]
    log.db.close()
    shutil.copyfile(database, path)
    log.__init__(path)
