/* pipe(2), between this thread and another, with as large a buffer as the other's. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "pipes.h"
#include "rounds.h"

enum { LARGE = 65536, SMALL = 4096, CAPACITY = 1 << 18 };

struct ends {
    int to[2];
    int from[2];
    size_t chunk;
    long total;
};

static void *drain(void *argument)
{
    static char data[LARGE];
    struct ends *ends = argument;
    for (ssize_t n; (n = read(ends->to[0], data, ends->chunk)) != 0; ends->total += n) must(n > 0, "read");
    return NULL;
}

static void *echo(void *argument)
{
    struct ends *ends = argument;
    for (char byte; read(ends->to[0], &byte, 1) == 1;) must(write(ends->from[1], &byte, 1) == 1, "write");
    return NULL;
}

static pthread_t start(struct ends *ends, void *(*run)(void *))
{
    pthread_t thread;
    must(pipe(ends->to) == 0 && pipe(ends->from) == 0, "pipe");
    must(fcntl(ends->to[1], F_SETPIPE_SZ, CAPACITY) >= CAPACITY, "F_SETPIPE_SZ");
    must(pthread_create(&thread, NULL, run, ends) == 0, "pthread_create");
    return thread;
}

static void end(struct ends *ends, pthread_t thread)
{
    close(ends->to[1]);
    pthread_join(thread, NULL);
    close(ends->to[0]);
    close(ends->from[0]);
    close(ends->from[1]);
}

static double throughput(size_t size)
{
    static char data[LARGE];
    struct ends ends = {.chunk = size};
    memset(data, 'x', sizeof data);
    double begin = seconds();
    pthread_t thread = start(&ends, drain);
    for (long done = 0; done < n_bytes; done += (long)size)
        must(write(ends.to[1], data, size) == (ssize_t)size, "write");
    end(&ends, thread);
    must(ends.total == n_bytes, "how much came");
    return (double)n_bytes / 1e9 / (seconds() - begin);
}

double posix_pipe_large(void)
{
    return throughput(LARGE);
}

double posix_pipe_small(void)
{
    return throughput(SMALL);
}

double posix_pipe_round_trip(void)
{
    struct ends ends = {.chunk = 1};
    pthread_t thread = start(&ends, echo);
    double begin = seconds();
    for (int i = 0; i < n_round_trips; i++) {
        char byte = (char)i, back;
        must(write(ends.to[1], &byte, 1) == 1, "write");
        must(read(ends.from[0], &back, 1) == 1 && back == byte, "the byte that came back");
    }
    double elapsed = seconds() - begin;
    end(&ends, thread);
    return elapsed * 1e6 / n_round_trips;
}
