"""A power failure: the database's files are put back to what a disk is sure to have, or happens to have.

powerloss.c, preloaded into the gateway, noted what was there before each change, and each sync. What was not synced
when the gateway was killed is lost: all of it, or random changes of it, or random pieces of 512 octets. Names in the
folder are lost likewise, if the folder was not synced since. Octets that were synced are never touched.

SoftHSM's files are left as they are: it never syncs them (it stands for a device, and a device keeps its keys by itself).
"""

import collections
import os
import pathlib
import random
import shutil
import struct

from harness import preloaded

SECTOR = 512
MAGIC = 0x504C4F53
HEADER = struct.Struct("=IIQQQQQ")
WRITTEN, CUT, SYNCED, CREATED, REMOVED, FOLDER_SYNCED = range(1, 7)
SUFFIXES = ["", "-wal", "-journal"]
# What a power failure does to a file; the share of its changes, or pieces of them, that reached the disk.
MODES = ["nothing", "changes", "pieces"]

Note = collections.namedtuple("Note", "kind file offset size written octets")


def build_library(folder):
    """Compiles the library into the folder."""
    return preloaded.build(pathlib.Path(__file__).with_suffix(".c"), folder)


class Disk:
    """The disk under a database, while a gateway with the library runs on it."""

    def __init__(self, library, database, notes):
        self.library = library
        self.database = pathlib.Path(os.path.realpath(database.parent)) / database.name
        self.folder = notes
        self.counts = collections.Counter()
        self.folder.mkdir()

    def environment(self):
        return {
            "LD_PRELOAD": str(self.library), "COUNTERSIGN_POWERLOSS_DATABASE": str(self.database),
            "COUNTERSIGN_POWERLOSS_LOG": str(self.folder),
        }

    def end_notes(self):
        """Takes away what a kill left of the last note, before another gateway goes on behind it. Its change was not made."""
        path = self.folder / "notes"
        if path.exists():
            notes = read_notes(path)
            os.truncate(path, notes[-1][0] + HEADER.size + len(notes[-1][1].octets) if notes else 0)

    def fail(self):
        """Loses what was not synced. Every gateway on the database has ended."""
        notes = read_notes(self.folder / "notes")
        self.counts["failures"] += 1
        self.counts["syncs"] += sum(note.kind == SYNCED for _, note in notes)
        self.counts["checkpoints"] += self.checkpoints(notes)
        contents = {
            file: torn(self.find(file).read_bytes(), changes, self.counts) for file, changes in unsynced(notes).items()}
        names = self.surviving_names(notes)
        for file in set(names.values()) - {None}:
            contents.setdefault(file, self.find(file).read_bytes())
        for name, file in names.items():
            path = self.database.with_name(name)
            path.unlink(missing_ok=True)
            if file is not None:
                path.write_bytes(contents[file])
        # Shared memory; what a disk has of it may be anything.
        shared = self.database.with_name(self.database.name + "-shm")
        if shared.exists():
            shared.write_bytes(os.urandom(shared.stat().st_size))
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def require_losses(self, require):
        """Else the test shows nothing: the library was not there, or nothing was left unsynced."""
        for what in ["syncs", "checkpoints", "changes of names"] + [f"changes lost in {mode}" for mode in MODES]:
            require(self.counts[what], f"the power failures had no {what}")

    def find(self, file):
        """The path of an inode: in its folder, or where the library kept it."""
        for path in [self.database.with_name(self.database.name + suffix) for suffix in SUFFIXES]:
            if path.exists() and path.stat().st_ino == file:
                return path
        return self.folder / f"kept-{file}"

    def checkpoints(self, notes):
        """How often the database itself was synced, not its log."""
        if not self.database.exists():
            return 0
        main = self.database.stat().st_ino
        return sum(note.kind == SYNCED and note.file == main for _, note in notes)

    def surviving_names(self, notes):
        """What each name stands for on the disk: an inode or None. Of each name's changes the first few are there."""
        synced = max((note.offset for _, note in notes if note.kind == FOLDER_SYNCED), default=0)
        histories = {}
        for suffix in SUFFIXES:
            path = self.database.with_name(self.database.name + suffix)
            changes = [
                note for position, note in notes
                if note.kind in (CREATED, REMOVED) and note.octets == path.name.encode() and position >= synced]
            if changes:
                history = [None if changes[0].kind == CREATED else changes[0].file]
                history += [note.file if note.kind == CREATED else None for note in changes]
            else:
                history = [path.stat().st_ino if path.exists() else None]
            histories[path.name] = history
        self.counts["changes of names"] += sum(len(history) - 1 for history in histories.values())
        return {name: random.choice(history) for name, history in histories.items()}


def read_notes(path):
    """Notes with their positions. The last one may have been cut off by the kill, which may also come before the first."""
    octets = path.read_bytes() if path.exists() else b""
    notes, position = [], 0
    while position + HEADER.size <= len(octets):
        magic, kind, file, offset, size, written, length = HEADER.unpack_from(octets, position)
        if magic != MAGIC:
            raise ValueError(f"{path}: no note at {position}")
        end = position + HEADER.size + length
        if end > len(octets):
            break
        notes.append((position, Note(kind, file, offset, size, written, octets[position + HEADER.size : end])))
        position = end
    return notes


def unsynced(notes):
    """The changes of each file since its last sync began, oldest first."""
    synced = collections.Counter()
    for _, note in notes:
        if note.kind == SYNCED:
            synced[note.file] = max(synced[note.file], note.offset)
    changes = collections.defaultdict(list)
    for position, note in notes:
        if note.kind in (WRITTEN, CUT):
            changes[note.file]
            if position >= synced[note.file]:
                changes[note.file].append(note)
    return changes


def torn(content, changes, counts):
    """A file's content with its unsynced changes lost."""
    content = bytearray(content)
    made = []
    for change in reversed(changes):
        made.append((change, bytes(content[change.offset : change.offset + change.written])))
        if change.kind == WRITTEN:
            content[change.offset : change.offset + len(change.octets)] = change.octets
            del content[change.size :]
        else:
            del content[change.offset :]
            content += change.octets
    mode, share = random.choice(MODES), random.random()
    counts["changes lost in " + mode] += len(changes)
    if mode != "nothing":
        for change, octets in reversed(made):
            redo(content, change, octets, mode == "pieces", share)
    return bytes(content)


def redo(content, change, octets, in_pieces, share):
    if change.kind == CUT:
        if random.random() < share:
            del content[change.offset :]
            put(content, change.offset, b"")
        return
    if not in_pieces:
        if random.random() < share:
            put(content, change.offset, octets)
        return
    position, end = change.offset, change.offset + len(octets)
    while position < end:
        following = min(end, (position // SECTOR + 1) * SECTOR)
        if random.random() < share:
            put(content, position, octets[position - change.offset : following - change.offset])
        position = following


def put(content, offset, octets):
    if len(content) < offset:
        content += bytes(offset - len(content))
    content[offset : offset + len(octets)] = octets
