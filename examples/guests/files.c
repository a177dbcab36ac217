/* files COMMAND PATH...: does things with files, as a shell's commands would.
 *
 *   demo DIR           reads DIR/in.txt, writes DIR/out.txt, and tries all that can be done with names beside it
 *   cat PATH           prints a file
 *   put PATH TEXT      makes a file of a text, or replaces one
 *   fill PATH BYTES    writes so many bytes
 *   hold PATH TEXT     puts, says `ready`, and keeps the file open until its input ends
 *   spin PATH TEXT     the same, but computes for ever instead
 *   list PATH          prints the names in a directory, sorted
 *   link TARGET PATH   makes a symlink
 *   name PATH OTHER    gives a file one more name, a hard link
 *   move FROM TO       renames something
 *   remove PATH        removes a file, a symlink or an empty directory
 *   count PATH N       appends a line to a file N times, by opening it each time
 *   size PATH BYTES    makes a file so large, without writing anything
 *   age PATH SECONDS   says that it was read and changed then, since 1970, and some nanoseconds
 *   stat PATH          prints its size, how many names it has, and when it was read and changed; of a symlink, its own
 *
 * Ends with the number of the error that wasi-libc says, after naming it on standard error; with 0 if all went well.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 64u
#define PATH_SIZE 512u

static int fail(const char *what)
{
    int error = errno;
    fprintf(stderr, "files: %s: %s\n", what, strerror(error));
    return error;
}

static int cat(const char *path)
{
    char piece[4096];
    ssize_t n;
    int fd = open(path, O_RDONLY);
    if (fd < 0) return fail(path);
    while ((n = read(fd, piece, sizeof piece)) > 0) fwrite(piece, 1, (size_t)n, stdout);
    if (n < 0) return fail(path);
    return close(fd) ? fail(path) : 0;
}

static int write_text(const char *path, const char *text, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0666);
    if (fd < 0) return fail(path);
    if (write(fd, text, strlen(text)) < 0) return fail(path);
    return close(fd) ? fail(path) : 0;
}

static int fill(const char *path, unsigned long bytes)
{
    static char piece[65536];
    FILE *file = fopen(path, "w");
    if (!file) return fail(path);
    memset(piece, 'x', sizeof piece);
    for (unsigned long done = 0; done < bytes;) {
        size_t size = bytes - done < sizeof piece ? (size_t)(bytes - done) : sizeof piece;
        if (fwrite(piece, 1, size, file) != size) return fail(path);
        done += size;
    }
    return fclose(file) ? fail(path) : 0;
}

static int hold(const char *path, const char *text, bool computes)
{
    FILE *file = fopen(path, "w");
    if (!file) return fail(path);
    fputs(text, file);
    if (fflush(file)) return fail(path);
    puts("ready");
    fflush(stdout);
    for (volatile bool goes_on = computes; goes_on;) continue;
    while (getchar() != EOF) continue;
    return fclose(file) ? fail(path) : 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(const char *path)
{
    char *names[NAMES_MAX];
    size_t n = 0;
    DIR *directory = opendir(path);
    if (!directory) return fail(path);
    errno = 0;
    for (struct dirent *entry; n < NAMES_MAX && (entry = readdir(directory));) {
        if (entry->d_name[0] != '.') names[n++] = strdup(entry->d_name);
    }
    if (errno) return fail(path);
    qsort(names, n, sizeof *names, compare);
    for (size_t i = 0; i < n; i++) puts(names[i]);
    return closedir(directory) ? fail(path) : 0;
}

static int count(const char *path, long n)
{
    for (long i = 0; i < n; i++) {
        int status = write_text(path, "line\n", O_APPEND);
        if (status) return status;
    }
    return 0;
}

static int resize(const char *path, long long bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    if (fd < 0) return fail(path);
    if (ftruncate(fd, bytes)) return fail(path);
    return close(fd) ? fail(path) : 0;
}

static int age(const char *path, long long seconds)
{
    const struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = 123456789}, {.tv_sec = seconds, .tv_nsec = 1}};
    return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) ? fail(path) : 0;
}

static int tell(const char *path)
{
    struct stat it;
    if (lstat(path, &it)) return fail(path);
    printf("%lld bytes, %d names, read %lld.%09ld, changed %lld.%09ld\n", (long long)it.st_size, (int)it.st_nlink,
           (long long)it.st_atim.tv_sec, it.st_atim.tv_nsec, (long long)it.st_mtim.tv_sec, it.st_mtim.tv_nsec);
    return 0;
}

/* A path in the directory that the demo works in. */
static const char *at(const char *directory, const char *name)
{
    static char paths[2][PATH_SIZE];
    static unsigned which;
    char *path = paths[which++ % 2];
    snprintf(path, PATH_SIZE, "%s/%s", directory, name);
    return path;
}

static int copy_in_to_out(const char *directory)
{
    char text[4096];
    FILE *in = fopen(at(directory, "in.txt"), "r");
    if (!in) return fail("in.txt");
    size_t size = fread(text, 1, sizeof text, in);
    fclose(in);
    FILE *out = fopen(at(directory, "out.txt"), "w");
    if (!out) return fail("out.txt");
    fprintf(out, "read %zu bytes: %.*s", size, (int)size, text);
    return fclose(out) ? fail("out.txt") : 0;
}

static int play_with_names(const char *directory)
{
    struct stat stat_of;
    if (mkdir(at(directory, "made"), 0777)) return fail("mkdir");
    int status = write_text(at(directory, "made/first"), "first", O_TRUNC);
    if (status) return status;
    if (rename(at(directory, "made/first"), at(directory, "made/second"))) return fail("rename");
    if (stat(at(directory, "made/second"), &stat_of)) return fail("stat");
    printf("made/second has %d bytes\n", (int)stat_of.st_size);
    if (rmdir(at(directory, "made")) == 0 || errno != ENOTEMPTY) return fail("rmdir of what is not empty");
    if (write_text(at(directory, "made/gone"), "", O_TRUNC)) return fail("gone");
    if (unlink(at(directory, "made/gone"))) return fail("unlink");
    return list(at(directory, "made"));
}

static int run(const char *command, char **argv)
{
    if (!strcmp(command, "cat")) return cat(argv[0]);
    if (!strcmp(command, "list")) return list(argv[0]);
    if (!strcmp(command, "remove")) return remove(argv[0]) ? fail(argv[0]) : 0;
    if (!strcmp(command, "stat")) return tell(argv[0]);
    if (!strcmp(command, "demo")) {
        int status = copy_in_to_out(argv[0]);
        return status ? status : play_with_names(argv[0]);
    }
    if (!argv[1]) return 2;
    if (!strcmp(command, "put")) return write_text(argv[0], argv[1], O_TRUNC);
    if (!strcmp(command, "fill")) return fill(argv[0], strtoul(argv[1], NULL, 10));
    if (!strcmp(command, "hold")) return hold(argv[0], argv[1], false);
    if (!strcmp(command, "spin")) return hold(argv[0], argv[1], true);
    if (!strcmp(command, "count")) return count(argv[0], strtol(argv[1], NULL, 10));
    if (!strcmp(command, "size")) return resize(argv[0], strtoll(argv[1], NULL, 10));
    if (!strcmp(command, "age")) return age(argv[0], strtoll(argv[1], NULL, 10));
    if (!strcmp(command, "name")) return link(argv[0], argv[1]) ? fail(argv[1]) : 0;
    if (!strcmp(command, "link")) return symlink(argv[0], argv[1]) ? fail(argv[1]) : 0;
    if (!strcmp(command, "move")) return rename(argv[0], argv[1]) ? fail(argv[0]) : 0;
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    return run(argv[1], argv + 2);
}
