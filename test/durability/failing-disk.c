/*
 * A disk that fails: put in front of libc by LD_PRELOAD. While the file that FAILING_DISK names holds a number, what writes to a file whose
 * name has "store.db" in it fails with that errno; "sync N" lets the writes through and fails what makes them last.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int trouble(int fd, int syncs) {
  char link[64], path[4096], line[64] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strstr(path, "store.db") == NULL) return 0;
  FILE *told = fopen(getenv("FAILING_DISK"), "r");
  if (told == NULL) return 0;
  if (fgets(line, sizeof line, told) == NULL) line[0] = 0;
  fclose(told);
  if (strncmp(line, "sync ", 5) == 0) return syncs ? atoi(line + 5) : 0;
  return atoi(line);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAILING(type, name, declared, given, syncs)      \
  type name declared {                                   \
    int saved = errno, found = trouble(fd, syncs);       \
    errno = found != 0 ? found : saved;                  \
    return found != 0 ? -1 : REAL(name) given;           \
  }

FAILING(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count), 0)
FAILING(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), 0)
FAILING(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at), 0)
FAILING(int, ftruncate, (int fd, off_t length), (fd, length), 0)
FAILING(int, ftruncate64, (int fd, off64_t length), (fd, length), 0)
FAILING(int, fsync, (int fd), (fd), 1)
FAILING(int, fdatasync, (int fd), (fd), 1)
