/* Calls its host by name (pool_guest.h) and prints what comes back.
 *
 *   hostcall NAME [DATA]           calls and waits; prints the reply, or the error's number and text and exits with 1
 *   hostcall -n COUNT NAME [DATA]  begins COUNT calls before it looks at any reply, and takes them as they come; prints
 *                                  how many bytes they are
 *   hostcall -r COUNT NAME [DATA]  calls COUNT times, one after the other; prints how many replies were the data
 *   hostcall -g COUNT NAME [DATA]  begins COUNT calls, and gives them all up when a byte comes in; prints so, and waits
 *                                  for the end of stdin
 *   hostcall -s COUNT NAME [DATA]  begins COUNT calls, and computes without end
 *   hostcall -l NAME [BYTES]       begins calls, with so many bytes each, until it gets no more; prints how many, and
 *                                  the error's number; keeps them until the end of stdin
 *   hostcall -z NAME BYTES         calls with so many bytes, the i-th of them i % 251; prints how many came back as sent
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool_guest.h"

enum { CALLS_MAX = 256, REPLY_BYTES = 1 << 16 };

static char reply[REPLY_BYTES];

/* The host's text about an error is in `reply`. */
static int failed(int32_t error)
{
    printf("error %d%s%s\n", (int)error, *reply ? ": " : "", reply);
    return 1;
}

static int call_once(const char *name, const char *data)
{
    int32_t size = pool_call(name, strlen(name), data, strlen(data), reply, sizeof reply);
    if (size < 0) return failed(size);
    size_t kept = (size_t)size < sizeof reply ? (size_t)size : sizeof reply;
    printf("%d ", (int)size);
    fwrite(reply, 1, kept, stdout);
    putchar('\n');
    return 0;
}

/* The bytes of a reply that was begun; an error, whose text is in `reply`. */
static int32_t finish(int32_t fd)
{
    size_t size = 0;
    for (ssize_t n; size < sizeof reply - 1 && (n = read(fd, reply + size, sizeof reply - 1 - size)) > 0;)
        size += (size_t)n;
    reply[size] = '\0';
    int32_t status = pool_call_status(fd);
    close(fd);
    return status < 0 ? status : (int32_t)size;
}

static int begin_many(int count, const char *name, const char *data, struct pollfd *fds)
{
    for (int i = 0; i < count; i++) {
        fds[i] = (struct pollfd){.fd = pool_call_begin(name, strlen(name), data, strlen(data)), .events = POLLIN};
        if (fds[i].fd < 0) return failed(fds[i].fd);
    }
    return 0;
}

static int call_many(int count, const char *name, const char *data)
{
    static struct pollfd fds[CALLS_MAX];
    int32_t size = 0;
    if (count < 0 || count > CALLS_MAX) return 2;
    int error = begin_many(count, name, data, fds);
    while (!error && count > 0) {
        if (poll(fds, (nfds_t)count, -1) < 0) return 3;
        for (int i = count; i-- > 0;) {
            if (!fds[i].revents) continue;
            int32_t n = finish(fds[i].fd);
            if (n < 0) return failed(n);
            size += n;
            fds[i] = fds[--count];
        }
    }
    if (!error) printf("%d\n", (int)size);
    return error;
}

static int call_in_a_row(int count, const char *name, const char *data)
{
    int right = 0;
    for (int i = 0; i < count; i++) {
        int32_t size = pool_call(name, strlen(name), data, strlen(data), reply, sizeof reply);
        if (size < 0) return failed(size);
        right += (size_t)size == strlen(data) && memcmp(reply, data, strlen(data)) == 0;
    }
    printf("%d\n", right);
    return 0;
}

static void wait_for_the_end_of_stdin(void)
{
    char part[64];
    fflush(stdout);
    while (read(STDIN_FILENO, part, sizeof part) > 0) continue;
}

static int give_up_many(int count, const char *name, const char *data)
{
    static struct pollfd fds[CALLS_MAX];
    if (count < 0 || count > CALLS_MAX) return 2;
    if (begin_many(count, name, data, fds)) return 1;
    ssize_t n = read(STDIN_FILENO, reply, 1);
    for (int i = 0; i < count; i++) close(fds[i].fd);
    printf("%d given up\n", count);
    if (n > 0) wait_for_the_end_of_stdin();
    return 0;
}

static int call_without_end(const char *name, size_t size)
{
    char *data = calloc(1, size + 1);
    int n = 0;
    int32_t fd = 0;
    if (!data) return 1;
    while ((fd = pool_call_begin(name, strlen(name), data, size)) >= 0) n++;
    printf("%d calls, then error %d\n", n, (int)fd);
    wait_for_the_end_of_stdin();
    free(data);
    return 0;
}

static int call_with_many_bytes(const char *name, size_t size)
{
    uint8_t *data = malloc(2 * size + 1);
    if (!data) return 1;
    for (size_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    int32_t got = pool_call(name, strlen(name), data, size, data + size, size);
    if (got < 0) {
        if (size) snprintf(reply, sizeof reply, "%s", (const char *)data + size);
        return failed(got);
    }
    size_t same = 0;
    while (same < (size_t)got && same < size && data[size + same] == data[same]) same++;
    printf("%zu\n", same);
    free(data);
    return 0;
}

static int begin_and_spin(int count, const char *name, const char *data)
{
    static struct pollfd fds[CALLS_MAX];
    if (count < 0 || count > CALLS_MAX) return 2;
    if (begin_many(count, name, data, fds)) return 1;
    for (;;) continue;
}

/* Those that take how many. */
static int (*of_count(const char *option))(int count, const char *name, const char *data)
{
    if (strcmp(option, "-n") == 0) return call_many;
    if (strcmp(option, "-r") == 0) return call_in_a_row;
    if (strcmp(option, "-s") == 0) return begin_and_spin;
    return strcmp(option, "-g") == 0 ? give_up_many : NULL;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && of_count(argv[1])) return of_count(argv[1])(atoi(argv[2]), argv[3], argc > 4 ? argv[4] : "");
    if (argc == 4 && strcmp(argv[1], "-z") == 0) return call_with_many_bytes(argv[2], strtoul(argv[3], NULL, 10));
    if (argc >= 3 && strcmp(argv[1], "-l") == 0)
        return call_without_end(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 0);
    if (argc == 2 || argc == 3) return call_once(argv[1], argc > 2 ? argv[2] : "");
    return 2;
}
