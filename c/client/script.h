/* What scripts call with a handle. A script passes a handle as a number, which holds all of them exactly
 * (core/handle.h): an integer of 64 bits would be a BigInt, which is allocated at each call. POOL_EBADF: the number is
 * no handle.
 *
 * Each is the function of pool.h or of client.h that has its name.
 */
#ifndef MILLRACE_CLIENT_SCRIPT_H
#define MILLRACE_CLIENT_SCRIPT_H

#include "client/client.h"

int script_wait(struct pool *pool, double job, int32_t timeout_ms, struct pool_result *result_out);
int script_cancel(struct pool *pool, double job);
int script_release(struct pool *pool, double job);

int script_close(struct pool *pool, double fd);
int script_abort_write(struct pool *pool, double fd);
int32_t script_write(struct pool *pool, double fd, const void *data, uint32_t size_bytes);
int32_t script_peek(struct pool *pool, double fd, uint8_t **data_out);
int script_consume(struct pool *pool, double fd, uint32_t size);
int32_t script_reserve(struct pool *pool, double fd, uint32_t wants, uint8_t **data_out);
int script_commit(struct pool *pool, double fd, uint32_t size);
int script_watch_reader(struct pool *pool, double fd);
uint32_t script_waiter_at(struct pool *pool, double fd);

int script_watch_caller(struct pool *pool, double call);
int script_reply_room(struct pool *pool, double call, uint32_t size_bytes, uint8_t **address_out);
int script_reply(struct pool *pool, double call, int32_t status, uint32_t size_bytes);

#endif
