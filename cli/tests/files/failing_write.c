/* Preloaded: the write to a file named in part `.part` whose number is in FAIL_AT fails as on a full disk, no other;
   their number goes to the file FAIL_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long writes;

static int fails(int fd) {
    char link[64], name[512];
    const char *at = getenv("FAIL_AT");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0 || at == NULL) return 0;
    name[length] = 0;
    if (strstr(name, ".part") == NULL || atomic_fetch_add(&writes, 1) != atol(at)) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t n) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return fails(fd) ? -1 : real(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return fails(fd) ? -1 : real(fd, bytes, n, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return pwrite64(fd, bytes, n, at); }

__attribute__((destructor)) static void say(void) {
    const char *name = getenv("FAIL_COUNT");
    FILE *file = name == NULL ? NULL : fopen(name, "w");
    if (file == NULL) return;
    fprintf(file, "%ld", atomic_load(&writes));
    fclose(file);
}
