/* Jobs that call the host. */
#include <stdlib.h>
#include <string.h>

#include "chaos/native/settle.h"
#include "pool_guest.h"

#define CALLS_MAX 40u
#define DATA_MAX 20000u
#define LARGE_MAX (1u << 20)
#define WRONG 77 /* a reply that is not as it should be */

struct caller {
    struct property random;
    uint32_t n_calls;
};

static bool is_full(int32_t status)
{
    return status == POOL_ENFILE || status == POOL_EAGAIN;
}

/* While there is no room for a call, a little later. */
static int32_t call(pool_t *pool, const char *name, const void *data, uint32_t size, void *reply, uint32_t capacity)
{
    for (;;) {
        int32_t n = pool_call(name, strlen(name), data, size, reply, capacity);
        if (!is_full(n)) return n;
        int status = pool_poll(pool, NULL, 0, 1);
        if (status < 0) return status;
    }
}

static int32_t judge_reply(const uint8_t *data, const uint8_t *reply, uint32_t size, int32_t n)
{
    if (n < 0) return n;
    if ((uint32_t)n != size) return WRONG;
    for (uint32_t i = 0; i < size; i++) {
        if (reply[i] != (uint8_t)(data[i] + 1)) return WRONG;
    }
    return 0;
}

/* The data comes back, each byte plus one. */
static int32_t call_and_compare(pool_t *pool, struct caller *caller, const char *name)
{
    uint32_t size = property_size(&caller->random, DATA_MAX);
    uint8_t *data = chaos_bytes(property_next(&caller->random), size), *reply = malloc(size);
    int32_t n = judge_reply(data, reply, size, call(pool, name, data, size, reply, size));
    free(data);
    free(reply);
    return n;
}

static int32_t call_large(pool_t *pool, struct caller *caller)
{
    uint32_t size = property_size(&caller->random, LARGE_MAX);
    uint8_t reply[64];
    int32_t n = call(pool, "large", &size, sizeof size, reply, sizeof reply);
    if (n < 0) return n;
    return (uint32_t)n == size && reply[0] == 7 ? 0 : WRONG;
}

static int32_t call_in_vain(pool_t *pool, const char *name, int32_t expected)
{
    int32_t n = call(pool, name, "x", 1, NULL, 0);
    return n == expected ? 0 : n < 0 ? n : WRONG;
}

/* Reads a reply to its end; whether it is the one of `data`. */
static int32_t read_reply(pool_t *pool, int32_t fd, const uint8_t *data, uint32_t size)
{
    uint8_t reply[256];
    struct pool_pollfd poll = {(pool_fd_t)fd, POOL_POLLIN, 0};
    for (uint32_t had = 0;;) {
        int32_t n = pool_poll(pool, &poll, 1, POOL_FOREVER);
        if (n >= 0) n = pool_read(pool, (pool_fd_t)fd, reply, sizeof reply);
        if (n < 0) return n;
        if (n == 0) return had == size ? pool_call_status(fd) : WRONG;
        if (had + (uint32_t)n > size) return WRONG;
        int32_t judged = judge_reply(data + had, reply, (uint32_t)n, n);
        if (judged) return judged;
        had += (uint32_t)n;
    }
}

/* A call that is begun, and polled, or given up. */
static int32_t call_begun(pool_t *pool, struct caller *caller)
{
    uint8_t data[200];
    uint32_t size = property_size(&caller->random, sizeof data);
    const char *name = property_once_in(&caller->random, 2) ? "now" : "late";
    memset(data, (int)size, size);
    int32_t fd = pool_call_begin(name, strlen(name), data, size);
    if (is_full(fd)) return 0;
    if (fd < 0) return fd;
    bool gives_up = property_once_in(&caller->random, 3);
    int32_t n = gives_up ? 0 : read_reply(pool, fd, data, size);
    int closed = pool_close(pool, (pool_fd_t)fd);
    return n ? n : closed;
}

static int32_t call_once(pool_t *pool, struct caller *caller)
{
    switch (property_below(&caller->random, 8)) {
    case 0: return call_large(pool, caller);
    case 1: return call_in_vain(pool, "error", POOL_EPERM);
    case 2: return call_in_vain(pool, "nobody", POOL_ENOENT);
    case 3: return call_and_compare(pool, caller, "late");
    case 4:
    case 5: return call_begun(pool, caller);
    default: return call_and_compare(pool, caller, "now");
    }
}

static uint32_t make_calls(pool_t *pool, void *user)
{
    struct caller *caller = user;
    for (uint32_t i = 0; i < caller->n_calls; i++) {
        int32_t status = call_once(pool, caller);
        if (status) return (uint32_t)status;
    }
    return 0;
}

void chaos_calls(struct op *op)
{
    struct caller caller = {property_fork(&op->random), property_size(&op->random, CALLS_MAX)};
    struct pool_job_config config = {.function = make_calls, .user = &caller};
    chaos_finish(op, chaos_submit(op, &config), 0);
}

static uint32_t call_never(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    int32_t fd = pool_call_begin("never", 5, "x", 1); /* and leaves it open */
    if (fd < 0 && !is_full(fd)) return (uint32_t)fd;
    return (uint32_t)call(pool, "never", "y", 1, NULL, 0);
}

void chaos_unanswered(struct op *op)
{
    struct pool_job_config config = {.function = call_never};
    chaos_finish(op, chaos_submit(op, &config), 0);
}
