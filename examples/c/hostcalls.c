/* Jobs that ask the program for something: one name is answered at once, the other later, from another thread. */
#include <pool.h>
#include <pool_guest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n", what, pool_strerror(status));
    exit(1);
}

/* ------------------------------------------------------------------------------------------------- the job's side */

static uint32_t job(pool_t *pool, void *user)
{
    char reply[64];
    (void)user;
    /* Waits for the reply. */
    int32_t n = pool_call("upper", 5, "now", 3, reply, sizeof reply);
    if (n < 0) return 1;
    printf("upper: %.*s\n", (int)n, reply);

    /* Does not wait: the reply comes out of a descriptor, which pool_poll knows as well as pipes. */
    int32_t fd = pool_call_begin("later", 5, "a question", 10);
    if (fd < 0) return 1;
    n = pool_read(pool, (pool_fd_t)fd, reply, sizeof reply); /* other work could be done before */
    if (n >= 0) printf("later: %.*s\n", (int)n, reply);
    if (pool_read(pool, (pool_fd_t)fd, reply, sizeof reply) == 0 && pool_call_status(fd) == 0) printf("that is all\n");
    pool_close(pool, (pool_fd_t)fd);

    /* A name that nobody serves. */
    printf("nobody: %s\n", pool_strerror(pool_call("nobody", 6, NULL, 0, NULL, 0)));
    return 0;
}

/* ------------------------------------------------------------------------------------------------ the host's side */

/* Called on a thread of the pool's own, one call at a time: it must not block. */
static void upper(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size)
{
    char text[64];
    const char *in = data;
    (void)user;
    uint32_t n = size < sizeof text ? size : sizeof text;
    for (uint32_t i = 0; i < n; i++) text[i] = (char)(in[i] >= 'a' && in[i] <= 'z' ? in[i] - 'a' + 'A' : in[i]);
    must(pool_reply(pool, call, 0, text, n), "pool_reply");
}

/* Only passes the call on, to whoever reads the pipe; the reply is given there. */
static void later(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size)
{
    const pool_fd_t *write_end = user;
    (void)data, (void)size; /* they stay where they are until the reply */
    must(pool_write(pool, *write_end, &call, sizeof call), "pool_write");
}

int main(void)
{
    pool_t *pool;
    pool_job_t asking;
    pool_fd_t fds[2];
    pool_call_t call;
    must(pool_create(&(struct pool_config){.n_workers = 1}, &pool), "pool_create");
    must(pool_pipe(pool, 0, fds), "pool_pipe");
    must(pool_host_set(pool, "upper", upper, NULL), "pool_host_set");
    must(pool_host_set(pool, "later", later, &fds[1]), "pool_host_set");
    must(pool_submit(pool, &(struct pool_job_config){.function = job}, &asking), "pool_submit");

    must(pool_read(pool, fds[0], &call, sizeof call), "pool_read");
    must(pool_reply(pool, call, 0, "an answer", 9), "pool_reply");
    must(pool_wait(pool, asking, POOL_FOREVER, NULL), "pool_wait");
    pool_destroy(pool);
    return 0;
}
