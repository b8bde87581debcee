/*
 * Stands between a program and the C library (LD_PRELOAD) and plays the bad disk and the bad clock. What it does is told by a file that it
 * shares with the program that torments; without one it does nothing. Only files below one directory are concerned: the store's.
 *
 * Calls go to the kernel directly, so that nothing has to be looked up before it can be called.
 *
 * PB_FAULTS    the shared file, see struct control
 * PB_WATCH     the directory
 * PB_RECORD    a file to which every change below the directory is written down, in the order in which it was made
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The same as FaultControl.cs has it: eight octets each, in this order. */
struct control {
    _Atomic int64_t writes;  /* errno of a write, a new file or a change of size, EROFS of a changed name too; 0: all is well */
    _Atomic int64_t syncs;   /* errno of an fsync or fdatasync */
    _Atomic int64_t one_in;  /* of so many calls one fails; 1: each */
    _Atomic int64_t torn;    /* a write that fails puts half of it down first */
    _Atomic int64_t clock;   /* nanoseconds by which the clock on the wall is wrong */
    _Atomic int64_t failed;  /* counts what was made to fail */
    _Atomic int64_t written; /* counts writes below the directory */
    _Atomic int64_t synced;  /* counts syncs below the directory */
    _Atomic int64_t asked;   /* counts questions for the time */
};

enum kind { CREATE = 1, OPENED, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, UNLINK, RENAME, MKDIR, REPLY };

#define MOST 65536

static struct control *control;
static char watch[PATH_MAX];
static size_t watch_length;
static int record = -1;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[MOST];
static uint64_t inodes[MOST];
static _Atomic uint64_t dice = 88172645463325252ULL;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("PB_FAULTS");
    if (path) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
        if (fd >= 0) {
            void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (shared != MAP_FAILED)
                control = shared;
            syscall(SYS_close, fd);
        }
    }
    const char *directory = getenv("PB_WATCH");
    if (directory) {
        snprintf(watch, sizeof watch, "%s/", directory);
        watch_length = strlen(watch);
    }
    const char *into = getenv("PB_RECORD");
    if (into && watch_length)
        record = (int)syscall(SYS_openat, AT_FDCWD, into, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dice += (uint64_t)getpid() * 2654435761u;
}

/* The index of shared memory is rebuilt after a crash, and the lock and the socket hold nothing. */
static int concerns(const char *path) {
    if (!watch_length || strncmp(path, watch, watch_length) != 0)
        return watch_length && strncmp(path, watch, watch_length - 1) == 0 && path[watch_length - 1] == 0;
    const char *end = strrchr(path, '.');
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, "-shm") == 0)
        return 0;
    return !(end && (strcmp(end, ".lock") == 0 || strcmp(end, ".sock") == 0));
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST && watched[fd]; }

static int strikes(_Atomic int64_t *what) {
    int64_t error = control ? atomic_load(what) : 0;
    if (!error)
        return 0;
    int64_t one_in = atomic_load(&control->one_in);
    if (one_in > 1) {
        uint64_t x = atomic_fetch_add(&dice, 0x9E3779B97F4A7C15ULL);
        x ^= x >> 30, x *= 0xBF58476D1CE4E5B9ULL, x ^= x >> 27, x *= 0x94D049BB133111EBULL, x ^= x >> 31;
        if (x % (uint64_t)one_in != 0)
            return 0;
    }
    atomic_fetch_add(&control->failed, 1);
    return (int)error;
}

/* One record: kind, octets of text or content, number of the file, place in it or new length; then the text or content. */
static void put(int kind, uint64_t file, int64_t place, const void *bytes, size_t length) {
    struct {
        uint32_t kind, length;
        uint64_t file;
        int64_t place;
    } head = {(uint32_t)kind, (uint32_t)length, file, place};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (record >= 0)
        (void)!syscall(SYS_writev, record, parts, length ? 2 : 1);
}

static const char *below(const char *path) {
    return strlen(path) >= watch_length ? path + watch_length : "";
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    if (directory == AT_FDCWD && path[0] != '/' && watch_length) {
        char here[PATH_MAX / 2];
        if (syscall(SYS_getcwd, here, sizeof here) > 0 && strlen(path) < PATH_MAX / 2)
            snprintf(whole, sizeof whole, "%s/%s", here, path), path = whole;
    }
    int ours = concerns(path);
    if (!ours)
        return (int)syscall(SYS_openat, directory, path, flags, mode);
    if (record >= 0)
        pthread_mutex_lock(&order);
    struct stat there;
    int is_new = (flags & O_CREAT) && fstatat(directory, path, &there, AT_SYMLINK_NOFOLLOW) != 0;
    int changes = is_new || ((flags & O_ACCMODE) != O_RDONLY && control && atomic_load(&control->writes) == EROFS);
    int error = changes && control ? strikes(&control->writes) : 0;
    int fd = -1;
    if (error)
        errno = error;
    else
        fd = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (fd >= 0 && fd < MOST) {
        watched[fd] = 1;
        inodes[fd] = fstat(fd, &there) == 0 ? there.st_ino : 0;
        if (record >= 0) {
            put(is_new ? CREATE : OPENED, inodes[fd], S_ISDIR(there.st_mode), below(path), strlen(below(path)));
            if (flags & O_TRUNC)
                put(TRUNCATE, inodes[fd], 0, NULL, 0);
        }
    }
    if (record >= 0) {
        int kept = errno;
        pthread_mutex_unlock(&order);
        errno = kept;
    }
    return fd;
}

#define MODE(flags)                                                                                                                        \
    mode_t mode = 0;                                                                                                                       \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                                                 \
        va_list rest;                                                                                                                      \
        va_start(rest, flags);                                                                                                             \
        mode = va_arg(rest, mode_t);                                                                                                       \
        va_end(rest);                                                                                                                      \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...) {
    MODE(flags)
    return opened(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
    MODE(flags)
    return opened(directory, path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
    if (is_watched(fd))
        watched[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

static ssize_t written(int fd, const void *bytes, size_t length, off_t place, int moves) {
    if (!is_watched(fd))
        return moves ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, place);
    if (control)
        atomic_fetch_add(&control->written, 1);
    int error = control ? strikes(&control->writes) : 0;
    if (error) {
        if (!atomic_load(&control->torn) || length < 2) {
            errno = error;
            return -1;
        }
        length /= 2;
    }
    if (record >= 0)
        pthread_mutex_lock(&order);
    off_t at = moves ? lseek(fd, 0, SEEK_CUR) : place;
    ssize_t done = moves ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, place);
    if (record >= 0) {
        int kept = errno;
        if (done > 0)
            put(WRITE, inodes[fd], at, bytes, (size_t)done);
        pthread_mutex_unlock(&order);
        errno = kept;
    }
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, 0, 1); }

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) { return written(fd, bytes, length, place, 0); }

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t place) { return written(fd, bytes, length, place, 0); }

static int resized(int fd, off_t length) {
    if (!is_watched(fd))
        return (int)syscall(SYS_ftruncate, fd, length);
    int error = control ? strikes(&control->writes) : 0;
    if (error) {
        errno = error;
        return -1;
    }
    if (record >= 0)
        pthread_mutex_lock(&order);
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (record >= 0) {
        int kept = errno;
        if (done == 0)
            put(TRUNCATE, inodes[fd], length, NULL, 0);
        pthread_mutex_unlock(&order);
        errno = kept;
    }
    return done;
}

int ftruncate(int fd, off_t length) { return resized(fd, length); }

int ftruncate64(int fd, off_t length) { return resized(fd, length); }

static int synced(int fd, long call) {
    if (!is_watched(fd))
        return (int)syscall(call, fd);
    if (control)
        atomic_fetch_add(&control->synced, 1);
    int error = control ? strikes(&control->syncs) : 0;
    if (error) {
        errno = error;
        return -1;
    }
    if (record < 0)
        return (int)syscall(call, fd);
    /* What was written before it begins is on the disk when it has ended. */
    static _Atomic int64_t calls;
    int64_t number = atomic_fetch_add(&calls, 1);
    uint64_t file = inodes[fd];
    pthread_mutex_lock(&order);
    put(SYNC_BEGIN, file, number, NULL, 0);
    pthread_mutex_unlock(&order);
    int done = (int)syscall(call, fd), kept = errno;
    if (done == 0) {
        pthread_mutex_lock(&order);
        put(SYNC_END, file, number, NULL, 0);
        pthread_mutex_unlock(&order);
    }
    errno = kept;
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int named(int kind, const char *path, const char *other, mode_t mode) {
    int ours = concerns(path);
    if (ours && control && atomic_load(&control->writes) == EROFS && strikes(&control->writes)) {
        errno = EROFS;
        return -1;
    }
    if (ours && record >= 0)
        pthread_mutex_lock(&order);
    int done = kind == UNLINK ? (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0)
        : kind == MKDIR       ? (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode)
                              : (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, 0);
    if (ours && record >= 0) {
        int kept = errno;
        if (done == 0) {
            char both[2 * PATH_MAX];
            int length = snprintf(both, sizeof both, "%s%s%s", below(path), other ? "\n" : "", other ? below(other) : "");
            put(kind, 0, 0, both, (size_t)length);
        }
        pthread_mutex_unlock(&order);
        errno = kept;
    }
    return done;
}

int unlink(const char *path) { return named(UNLINK, path, NULL, 0); }

int rename(const char *path, const char *other) { return named(RENAME, path, other, 0); }

int mkdir(const char *path, mode_t mode) { return named(MKDIR, path, NULL, mode); }

/* A promise leaves the house: from this record on it has to be kept. */
static void promised(const struct iovec *parts, size_t count) {
    static const char word[] = "Queued as ";
    for (size_t i = 0; i < count; i++) {
        const char *text = parts[i].iov_base, *end = text + parts[i].iov_len;
        while (text < end && (text = memmem(text, (size_t)(end - text), word, sizeof word - 1)) != NULL) {
            text += sizeof word - 1;
            const char *stop = text;
            while (stop < end && *stop != '\r' && *stop != ';')
                stop++;
            pthread_mutex_lock(&order);
            put(REPLY, 0, 0, text, (size_t)(stop - text));
            pthread_mutex_unlock(&order);
        }
    }
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    if (record >= 0)
        promised(message->msg_iov, message->msg_iovlen);
    return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    if (record >= 0)
        promised(&(struct iovec){(void *)bytes, length}, 1);
    return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

static void wrong(int64_t *seconds, int64_t *nanoseconds) {
    atomic_fetch_add(&control->asked, 1);
    int64_t by = atomic_load(&control->clock);
    *seconds += by / 1000000000;
    *nanoseconds += by % 1000000000;
    if (*nanoseconds >= 1000000000)
        *nanoseconds -= 1000000000, ++*seconds;
    else if (*nanoseconds < 0)
        *nanoseconds += 1000000000, --*seconds;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, which, now);
    if (done == 0 && control && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int64_t seconds = now->tv_sec, nanoseconds = now->tv_nsec;
        wrong(&seconds, &nanoseconds);
        now->tv_sec = seconds, now->tv_nsec = nanoseconds;
    }
    return done;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
        return -1;
    now->tv_sec = exact.tv_sec, now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (into)
        *into = exact.tv_sec;
    return exact.tv_sec;
}
