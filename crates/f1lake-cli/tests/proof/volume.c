/* A Databricks volume as notebooks and jobs see it: a folder /Volumes that takes whole files in one pass, and nothing else.
 *
 * What a program does below /Volumes happens below the folder PROOF_VOLUMES instead. There these fail, as they are
 * reported to: rename, link, symlink, O_TMPFILE, appending, locks, truncating, and seeking in a file that is open for
 * writing. Each refusal is a line of the file PROOF_VOLUMES_LOG. Calls made past the C library find no /Volumes at all.
 *
 * PROOF_VOLUMES_KILL=N ends the program by SIGKILL in the middle of its Nth write to a file of the volume;
 * PROOF_VOLUMES_WRITES names a file into which the number of writes goes at each of them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536
#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* Of each descriptor: 1 open in the volume, 2 for writing. */
static char opened[FILES];
static long writes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_volume(const char *path) {
    return path && !strncmp(path, "/Volumes", 8) && (path[8] == '/' || !path[8]);
}

static const char *place(const char *path, char *room) {
    const char *folder = getenv("PROOF_VOLUMES");
    if (!folder || !is_volume(path)) return path;
    snprintf(room, PATH_MAX, "%s%s", folder, path + 8);
    return room;
}

static ssize_t write_past(int file, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(file, bytes, count);
}

static int open_past(const char *path, int flags, mode_t mode) {
    REAL(int, "open64", const char *, int, ...);
    return real(path, flags, mode);
}

static void note(const char *setting, int flags, const char *text) {
    const char *name = getenv(setting);
    if (!name) return;
    int file = open_past(name, O_WRONLY | O_CREAT | flags, 0666);
    if (file < 0) return;
    write_past(file, text, strlen(text));
    close(file);
}

static int refuse(const char *call, const char *path, int error) {
    char line[PATH_MAX + 64];
    snprintf(line, sizeof line, "%s %s\n", call, path ? path : "");
    note("PROOF_VOLUMES_LOG", O_APPEND, line);
    errno = error;
    return -1;
}

static int is_written(int file) { return file >= 0 && file < FILES && opened[file] == 2; }

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    REAL(int, "openat64", int, const char *, int, ...);
    char room[PATH_MAX];
    int in_volume = is_volume(path) && getenv("PROOF_VOLUMES");
    int writing = (flags & O_ACCMODE) != O_RDONLY;
    if (in_volume) {
        if ((flags & O_TMPFILE) == O_TMPFILE) return refuse("O_TMPFILE", path, EOPNOTSUPP);
        if (flags & O_APPEND) return refuse("O_APPEND", path, EOPNOTSUPP);
        if ((flags & O_ACCMODE) == O_RDWR) return refuse("O_RDWR", path, EOPNOTSUPP);
    }
    int file = real(folder, place(path, room), flags, mode);
    if (in_volume && file >= 0 && file < FILES) opened[file] = writing ? 2 : 1;
    return file;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_at(folder, path, flags, mode); }

int close(int file) {
    REAL(int, "close", int);
    if (file >= 0 && file < FILES) opened[file] = 0;
    return real(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (!is_written(file)) return write_past(file, bytes, count);
    pthread_mutex_lock(&lock);
    char number[32];
    snprintf(number, sizeof number, "%ld\n", ++writes);
    note("PROOF_VOLUMES_WRITES", O_TRUNC, number);
    const char *last = getenv("PROOF_VOLUMES_KILL");
    if (last && writes == atol(last)) {
        write_past(file, bytes, count / 2);
        raise(SIGKILL);
    }
    pthread_mutex_unlock(&lock);
    return write_past(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    return is_written(file) && count > 0 ? write(file, parts[0].iov_base, parts[0].iov_len) : real(file, parts, count);
}

off64_t lseek64(int file, off64_t offset, int whence) {
    REAL(off64_t, "lseek64", int, off64_t, int);
    return is_written(file) ? refuse("lseek", 0, EOPNOTSUPP) : real(file, offset, whence);
}
off_t lseek(int file, off_t offset, int whence) { return lseek64(file, offset, whence); }

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return is_written(file) ? refuse("pwrite", 0, EOPNOTSUPP) : real(file, bytes, count, offset);
}

int ftruncate64(int file, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    return is_written(file) ? refuse("ftruncate", 0, EOPNOTSUPP) : real(file, length);
}

int flock(int file, int operation) {
    REAL(int, "flock", int, int);
    return file >= 0 && file < FILES && opened[file] ? refuse("flock", 0, ENOSYS) : real(file, operation);
}

ssize_t copy_file_range(int from, off64_t *at, int file, off64_t *offset, size_t count, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    return is_written(file) ? refuse("copy_file_range", 0, EOPNOTSUPP) : real(from, at, file, offset, count, flags);
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return is_volume(from) || is_volume(to) ? refuse("rename", to, ENOSYS) : real(from, to);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    return is_volume(from) || is_volume(to) ? refuse("renameat2", to, ENOSYS) : real(a, from, b, to, flags);
}

int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    return is_volume(from) || is_volume(to) ? refuse("link", to, ENOSYS) : real(from, to);
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    return is_volume(from) || is_volume(to) ? refuse("linkat", to, ENOSYS) : real(a, from, b, to, flags);
}

int symlink(const char *text, const char *path) {
    REAL(int, "symlink", const char *, const char *);
    return is_volume(path) ? refuse("symlink", path, ENOSYS) : real(text, path);
}

/* These work, at their other place. */
#define MOVED(name, type, before, ...) \
    REAL(type, name, __VA_ARGS__); \
    char room[PATH_MAX]; \
    return before

int mkdir(const char *path, mode_t mode) { MOVED("mkdir", int, real(place(path, room), mode), const char *, mode_t); }
int rmdir(const char *path) { MOVED("rmdir", int, real(place(path, room)), const char *); }
int unlink(const char *path) { MOVED("unlink", int, real(place(path, room)), const char *); }
int unlinkat(int at, const char *path, int flags) {
    MOVED("unlinkat", int, real(at, place(path, room), flags), int, const char *, int);
}
int access(const char *path, int mode) { MOVED("access", int, real(place(path, room), mode), const char *, int); }
int chmod(const char *path, mode_t mode) { MOVED("chmod", int, real(place(path, room), mode), const char *, mode_t); }
DIR *opendir(const char *path) { MOVED("opendir", DIR *, real(place(path, room)), const char *); }
int stat64(const char *path, struct stat64 *found) {
    MOVED("stat64", int, real(place(path, room), found), const char *, struct stat64 *);
}
int lstat64(const char *path, struct stat64 *found) {
    MOVED("lstat64", int, real(place(path, room), found), const char *, struct stat64 *);
}
int statx(int at, const char *restrict path, int flags, unsigned mask, struct statx *restrict found) {
    MOVED("statx", int, real(at, place(path, room), flags, mask, found), int, const char *, int, unsigned, struct statx *);
}
ssize_t readlink(const char *path, char *text, size_t size) {
    MOVED("readlink", ssize_t, real(place(path, room), text, size), const char *, char *, size_t);
}

char *realpath(const char *restrict path, char *restrict resolved) {
    REAL(char *, "realpath", const char *, char *);
    if (!is_volume(path) || !getenv("PROOF_VOLUMES")) return real(path, resolved);
    if (access(path, F_OK)) return NULL;
    return resolved ? strcpy(resolved, path) : strdup(path);
}
