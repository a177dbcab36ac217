/* Each function turns a handle from a number into an integer, and calls the function of its name. */
#include "client/script.h"

/* 0, which is no handle, for a number that cannot be one. */
static uint64_t handle_of(double number)
{
    return number >= 1 && number < 0x1p53 ? (uint64_t)number : 0;
}

int script_wait(struct pool *pool, double job, int32_t timeout_ms, struct pool_result *result_out)
{
    return pool_wait(pool, handle_of(job), timeout_ms, result_out);
}

int script_cancel(struct pool *pool, double job)
{
    return pool_cancel(pool, handle_of(job));
}

int script_release(struct pool *pool, double job)
{
    return pool_release(pool, handle_of(job));
}

int script_close(struct pool *pool, double fd)
{
    return pool_close(pool, handle_of(fd));
}

int script_abort_write(struct pool *pool, double fd)
{
    return pool_abort_write(pool, handle_of(fd));
}

int32_t script_write(struct pool *pool, double fd, const void *data, uint32_t size_bytes)
{
    return pool_write(pool, handle_of(fd), data, size_bytes);
}

int32_t script_peek(struct pool *pool, double fd, uint8_t **data_out)
{
    return client_peek(pool, handle_of(fd), data_out);
}

int script_consume(struct pool *pool, double fd, uint32_t size)
{
    return client_consume(pool, handle_of(fd), size);
}

int32_t script_reserve(struct pool *pool, double fd, uint32_t wants, uint8_t **data_out)
{
    return client_reserve(pool, handle_of(fd), wants, data_out);
}

int script_commit(struct pool *pool, double fd, uint32_t size)
{
    return client_commit(pool, handle_of(fd), size);
}

int script_watch_reader(struct pool *pool, double fd)
{
    return client_watch_reader(pool, handle_of(fd));
}

uint32_t script_waiter_at(struct pool *pool, double fd)
{
    return client_waiter_at(pool, handle_of(fd));
}

int script_watch_caller(struct pool *pool, double call)
{
    return client_watch_caller(pool, handle_of(call));
}

int script_reply_room(struct pool *pool, double call, uint32_t size_bytes, uint8_t **address_out)
{
    return client_reply_room(pool, handle_of(call), size_bytes, address_out);
}

int script_reply(struct pool *pool, double call, int32_t status, uint32_t size_bytes)
{
    return client_reply(pool, handle_of(call), status, size_bytes);
}
