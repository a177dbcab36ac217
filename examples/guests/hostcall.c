/* Calls its host by name (pool_guest.h) and prints what comes back.
 *
 *   hostcall NAME [DATA]           calls and waits; prints the reply, or the error's number and exits with 1
 *   hostcall -n COUNT NAME [DATA]  begins COUNT calls before it looks at any reply; prints how many bytes they are
 *   hostcall -l NAME [BYTES]       begins calls, with so many bytes each, until it gets no more; prints how many, and
 * the error's number; keeps them until the end of stdin hostcall -z NAME BYTES         calls with so many bytes, the
 * i-th of them i % 251; prints how many came back as sent
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool_guest.h"

enum { CALLS_MAX = 256, REPLY_BYTES = 1 << 16 };

static int failed(int32_t error)
{
    printf("error %d\n", (int)error);
    return 1;
}

static int call_once(const char *name, const char *data)
{
    static char reply[REPLY_BYTES];
    int32_t size = pool_call(name, strlen(name), data, strlen(data), reply, sizeof reply);
    if (size < 0) return failed(size);
    size_t kept = (size_t)size < sizeof reply ? (size_t)size : sizeof reply;
    printf("%d ", (int)size);
    fwrite(reply, 1, kept, stdout);
    putchar('\n');
    return 0;
}

/* The bytes of a reply that was begun; an error. */
static int32_t finish(int32_t fd)
{
    char part[4096];
    int32_t size = 0;
    for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;) size += (int32_t)n;
    int32_t status = pool_call_status(fd);
    close(fd);
    return status < 0 ? status : size;
}

static int call_many(int count, const char *name, const char *data)
{
    static int32_t fds[CALLS_MAX];
    int32_t size = 0;
    if (count < 0 || count > CALLS_MAX) return 2;
    for (int i = 0; i < count; i++) {
        fds[i] = pool_call_begin(name, strlen(name), data, strlen(data));
        if (fds[i] < 0) return failed(fds[i]);
    }
    for (int i = count; i-- > 0;) {
        int32_t n = finish(fds[i]);
        if (n < 0) return failed(n);
        size += n;
    }
    printf("%d\n", (int)size);
    return 0;
}

static int call_without_end(const char *name, size_t size)
{
    char part[64], *data = calloc(1, size + 1);
    int n = 0;
    int32_t fd = 0;
    if (!data) return 1;
    while ((fd = pool_call_begin(name, strlen(name), data, size)) >= 0) n++;
    printf("%d calls, then error %d\n", n, (int)fd);
    fflush(stdout);
    while (read(STDIN_FILENO, part, sizeof part) > 0) continue;
    free(data);
    return 0;
}

static int call_with_many_bytes(const char *name, size_t size)
{
    uint8_t *data = malloc(2 * size + 1);
    if (!data) return 1;
    for (size_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    int32_t got = pool_call(name, strlen(name), data, size, data + size, size);
    if (got < 0) return failed(got);
    size_t same = 0;
    while (same < (size_t)got && same < size && data[size + same] == data[same]) same++;
    printf("%zu\n", same);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "-n") == 0) return call_many(atoi(argv[2]), argv[3], argc > 4 ? argv[4] : "");
    if (argc == 4 && strcmp(argv[1], "-z") == 0) return call_with_many_bytes(argv[2], strtoul(argv[3], NULL, 10));
    if (argc >= 3 && strcmp(argv[1], "-l") == 0)
        return call_without_end(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 0);
    if (argc == 2 || argc == 3) return call_once(argv[1], argc > 2 ? argv[2] : "");
    return 2;
}
