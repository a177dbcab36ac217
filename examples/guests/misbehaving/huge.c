/* huge deep N, huge many N, huge sparse N: puts into /data what takes long to go through: `deep`, with N directories
 * one inside the other; `many`, with N empty files; or `sparse`, a file of N bytes that are zeros, but for the last,
 * `!`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int deep(long n)
{
    const char *name = "/data/deep";
    int at = AT_FDCWD;
    for (long i = 0; i <= n; i++) {
        if (mkdirat(at, name, 0777)) return errno;
        int next = openat(at, name, O_RDONLY | O_DIRECTORY);
        if (next < 0) return errno;
        if (at >= 0) close(at);
        at = next;
        name = "d";
    }
    return close(at) ? errno : 0;
}

static int many(long n)
{
    char path[64];
    if (mkdir("/data/many", 0777)) return errno;
    for (long i = 0; i < n; i++) {
        snprintf(path, sizeof path, "/data/many/%ld", i);
        int fd = open(path, O_CREAT | O_WRONLY, 0666);
        if (fd < 0 || close(fd)) return errno;
    }
    return 0;
}

static int sparse(long n)
{
    int fd = open("/data/sparse", O_CREAT | O_WRONLY, 0666);
    if (fd < 0 || pwrite(fd, "!", 1, n - 1) != 1) return errno;
    return close(fd) ? errno : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    long n = strtol(argv[2], NULL, 10);
    if (!strcmp(argv[1], "deep")) return deep(n);
    if (!strcmp(argv[1], "many")) return many(n);
    return strcmp(argv[1], "sparse") ? 2 : sparse(n);
}
