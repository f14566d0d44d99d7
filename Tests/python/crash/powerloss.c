// What a disk may lose, for the crash test: preloaded into the gateway (LD_PRELOAD), it keeps for every change of the
// database's files, and of their folder's entries, what was there before, and notes every sync. powerloss.py puts the
// files back to what a disk is sure to have.
//
// COUNTERSIGN_POWERLOSS_DATABASE is the path of the database, without links; COUNTERSIGN_POWERLOSS_LOG the folder of
// the notes, on the same file system. A note is in the kernel before its change is made, so SIGKILL loses none.
// Whatever this library cannot follow ends the process: a test that misses changes would prove nothing.
//
// -shm is not followed: it is shared memory, which no power failure survives.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITTEN = 1, CUT = 2, SYNCED = 3, CREATED = 4, REMOVED = 5, FOLDER_SYNCED = 6 };

// Before each note; `length` octets follow: what was there before, or a name.
struct note {
  uint32_t magic, kind;
  uint64_t file;      // inode
  uint64_t offset;    // of a change; new size of a cut; for a sync, how long the notes were when it began
  uint64_t size;      // of the file before
  uint64_t written;   // how many octets the change has
  uint64_t length;
};

// Microseconds.
enum { LONGEST_SYNC = 10000 };
enum { MAGIC = 0x504c4f53, DESCRIPTORS = 65536, UNTRACKED = 0, FILE_ = 1, FOLDER = 2 };

static char database[PATH_MAX], folder[PATH_MAX], notes_folder[PATH_MAX];
static int notes = -1;
static unsigned char tracked[DESCRIPTORS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *what) {
  dprintf(2, "powerloss: %s: %s\n", what, strerror(errno));
  abort();
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real && !(real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))) give_up(name)

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("COUNTERSIGN_POWERLOSS_DATABASE"), *log = getenv("COUNTERSIGN_POWERLOSS_LOG");
  if (!path || !log || strlen(path) > PATH_MAX - 16 || strlen(log) > PATH_MAX - 64) return;
  strcpy(database, path);
  strcpy(folder, path);
  char *end = strrchr(folder, '/');
  if (!end) give_up("the path of the database is not absolute");
  *end = 0;
  strcpy(notes_folder, log);
}

// The rest of the path is the name in the folder.
static const char *name_of(const char *path) {
  size_t length = strlen(database);
  if (!length || strncmp(path, database, length)) return NULL;
  const char *suffix = path + length;
  if (*suffix && strcmp(suffix, "-wal") && strcmp(suffix, "-journal")) return NULL;
  return path + strlen(folder) + 1;
}

static int kind_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? tracked[fd] : UNTRACKED; }

// To be called with the lock held, as all below.
static void open_notes(void) {
  if (notes >= 0) return;
  REAL(int, "open64", const char *, int, ...);
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/notes", notes_folder);
  notes = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (notes < 0) give_up(path);
}

static uint64_t length_of_notes(void) {
  struct stat status;
  open_notes();
  if (fstat(notes, &status)) give_up("fstat");
  return status.st_size;
}

static void append(struct note note, const void *octets) {
  open_notes();
  note.magic = MAGIC;
  struct iovec parts[2] = {{&note, sizeof note}, {(void *)octets, note.length}};
  if (writev(notes, parts, 2) != (ssize_t)(sizeof note + note.length)) give_up("the notes");
}

static struct stat status_of(int fd) {
  struct stat status;
  if (fstat(fd, &status)) give_up("fstat");
  return status;
}

static void note_change(int fd, uint32_t kind, uint64_t offset, uint64_t written, uint64_t from, uint64_t to) {
  struct stat status = status_of(fd);
  if (to > (uint64_t)status.st_size) to = status.st_size;
  uint64_t length = to > from ? to - from : 0;
  char *before = malloc(length + 1);
  if (!before) give_up("malloc");
  for (uint64_t done = 0; done < length;) {
    ssize_t count = pread(fd, before + done, length - done, from + done);
    if (count <= 0) give_up("pread");
    done += count;
  }
  append((struct note){0, kind, status.st_ino, offset, status.st_size, written, length}, before);
  free(before);
}

static void note_entry(uint32_t kind, uint64_t inode, const char *name) {
  append((struct note){0, kind, inode, 0, 0, 0, strlen(name)}, name);
}

// Keeps what a name stood for: its removal may not reach the disk.
static void keep(const char *path, const struct stat *status) {
  char kept[PATH_MAX + 64];
  snprintf(kept, sizeof kept, "%s/kept-%ju", notes_folder, (uintmax_t)status->st_ino);
  if (link(path, kept) && errno != EEXIST) give_up(kept);
}

static int open_noted(const char *path, int flags, mode_t mode, int (*real)(const char *, int, ...)) {
  const char *name = name_of(path);
  int is_folder = *folder && !strcmp(path, folder);
  if (!name && !is_folder) return real(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat before;
  int is_new = !is_folder && (flags & O_CREAT) && stat(path, &before) && errno == ENOENT;
  if (!is_new && (flags & O_TRUNC)) give_up("a file is emptied as it is opened");
  int fd = real(path, flags, mode), error = errno;
  if (fd >= DESCRIPTORS) give_up("too many open files");
  if (fd >= 0) {
    tracked[fd] = is_folder ? FOLDER : FILE_;
    if (is_new) note_entry(CREATED, status_of(fd).st_ino, name);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define MODE_OF(flags, mode) \
  mode_t mode = 0; \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) {
  REAL(int, "open", const char *, int, ...);
  MODE_OF(flags, mode)
  return open_noted(path, flags, mode, real);
}

int open64(const char *path, int flags, ...) {
  REAL(int, "open64", const char *, int, ...);
  MODE_OF(flags, mode)
  return open_noted(path, flags, mode, real);
}

int close(int fd) {
  REAL(int, "close", int);
  if (kind_of(fd)) {
    pthread_mutex_lock(&lock);
    tracked[fd] = UNTRACKED;
    pthread_mutex_unlock(&lock);
  }
  return real(fd);
}

static ssize_t write_noted(int fd, const void *octets, size_t count, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  pthread_mutex_lock(&lock);
  note_change(fd, WRITTEN, offset, count, offset, offset + count);
  ssize_t result = real(fd, octets, count, offset);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t pwrite(int fd, const void *octets, size_t count, off_t offset) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return kind_of(fd) == FILE_ ? write_noted(fd, octets, count, offset) : real(fd, octets, count, offset);
}

ssize_t pwrite64(int fd, const void *octets, size_t count, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return kind_of(fd) == FILE_ ? write_noted(fd, octets, count, offset) : real(fd, octets, count, offset);
}

ssize_t write(int fd, const void *octets, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (kind_of(fd) != FILE_) return real(fd, octets, count);
  off64_t offset = lseek64(fd, 0, SEEK_CUR);
  ssize_t result = write_noted(fd, octets, count, offset);
  if (result > 0) lseek64(fd, offset + result, SEEK_SET);
  return result;
}

static int cut_noted(int fd, off64_t size, int (*real)(int, off64_t)) {
  pthread_mutex_lock(&lock);
  note_change(fd, CUT, size, 0, size, UINT64_MAX);
  int result = real(fd, size), error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate(int fd, off_t size) {
  REAL(int, "ftruncate", int, off64_t);
  return kind_of(fd) == FILE_ ? cut_noted(fd, size, real) : real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  return kind_of(fd) == FILE_ ? cut_noted(fd, size, real) : real(fd, size);
}

// A disk takes its time, so that kills fall into it.
static void wait_for_disk(void) {
  static _Thread_local unsigned seed;
  if (!seed) seed = (unsigned)(uintptr_t)&seed ^ (unsigned)getpid();
  usleep(rand_r(&seed) % LONGEST_SYNC);
}

// What was written before the sync began is on the disk when it ends.
static int sync_noted(int fd, int (*real)(int)) {
  int kind = kind_of(fd);
  if (!kind) return real(fd);
  pthread_mutex_lock(&lock);
  struct note note = {0, kind == FOLDER ? FOLDER_SYNCED : SYNCED, status_of(fd).st_ino, length_of_notes(), 0, 0, 0};
  pthread_mutex_unlock(&lock);
  wait_for_disk();
  int result = real(fd), error = errno;
  if (!result) {
    pthread_mutex_lock(&lock);
    append(note, NULL);
    pthread_mutex_unlock(&lock);
  }
  errno = error;
  return result;
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return sync_noted(fd, real);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return sync_noted(fd, real);
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  const char *name = name_of(path);
  struct stat status;
  if (!name || stat(path, &status)) return real(path);
  pthread_mutex_lock(&lock);
  keep(path, &status);
  note_entry(REMOVED, status.st_ino, name);
  int result = real(path), error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

// SQLite does none of these with its files; if it ever does, this library has to learn it.
#define UNEXPECTED(condition, what) if (condition) { errno = ENOTSUP; give_up(what); }

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  UNEXPECTED(name_of(from) || name_of(to), "rename")
  return real(from, to);
}

int posix_fallocate(int fd, off_t offset, off_t count) {
  REAL(int, "posix_fallocate", int, off_t, off_t);
  UNEXPECTED(kind_of(fd), "posix_fallocate")
  return real(fd, offset, count);
}

int fallocate(int fd, int mode, off_t offset, off_t count) {
  REAL(int, "fallocate", int, int, off_t, off_t);
  UNEXPECTED(kind_of(fd), "fallocate")
  return real(fd, mode, offset, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  UNEXPECTED(kind_of(fd), "writev")
  return real(fd, parts, count);
}

static void *map_noted(
  void *at, size_t length, int protection, int flags, int fd, off64_t offset,
  void *(*real)(void *, size_t, int, int, int, off64_t)) {
  UNEXPECTED(kind_of(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED), "mmap")
  return real(at, length, protection, flags, fd, offset);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  REAL(void *, "mmap", void *, size_t, int, int, int, off64_t);
  return map_noted(at, length, protection, flags, fd, offset, real);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
  REAL(void *, "mmap64", void *, size_t, int, int, int, off64_t);
  return map_noted(at, length, protection, flags, fd, offset, real);
}
