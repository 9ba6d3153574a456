#define _GNU_SOURCE
#include "CImaging.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's interface (openat2(2)), spelled here because older <linux/openat2.h> packages lack it.
struct ward_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
enum { RESOLVE_NO_MAGICLINKS_ = 0x02, RESOLVE_NO_SYMLINKS_ = 0x04, RESOLVE_BENEATH_ = 0x08 };
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

int ward_open_root(const char *path) {
    int descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int ward_open_beneath(int root, const char *path) {
    struct ward_open_how how = {
        // O_NONBLOCK: opening a FIFO or a device must not wait for its other end.
        .flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH_ | RESOLVE_NO_SYMLINKS_ | RESOLVE_NO_MAGICLINKS_,
    };
    // EAGAIN: a rename elsewhere raced with the resolution; the manual asks to repeat.
    for (int attempt = 0; attempt < 16; attempt++) {
        long descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (descriptor >= 0) return (int)descriptor;
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

int ward_get_file_facts(int descriptor, ward_file_facts *facts) {
    struct stat status;
    struct statfs filesystem;
    if (fstat(descriptor, &status) != 0) return -errno;
    int result;
    do result = fstatfs(descriptor, &filesystem);
    while (result != 0 && errno == EINTR);
    if (result != 0) return -errno;
    facts->filesystem_magic = (uint32_t)filesystem.f_type;
    facts->device = (uint64_t)status.st_dev;
    facts->inode = (uint64_t)status.st_ino;
    facts->size = (int64_t)status.st_size;
    facts->modified_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    facts->changed_ns = (int64_t)status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec;
    facts->mode = status.st_mode;
    return 0;
}

ssize_t ward_read_at(int descriptor, void *buffer, size_t count, int64_t offset) {
    for (;;) {
        ssize_t done = pread(descriptor, buffer, count, (off_t)offset);
        if (done >= 0) return done;
        if (errno != EINTR) return -errno;
    }
}

void ward_close(int descriptor) { close(descriptor); }
