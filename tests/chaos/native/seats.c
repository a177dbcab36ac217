/* Makes the pools of chaos, and looks that nothing is left in them. */
#include "chaos/native/seats.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

#include "chaos/native/hosts.h"
#include "chaos/native/settle.h"
#include "support/threads.h"

#define REOPENED_ONE_IN 3u /* rounds after which a pool is made anew */

static const struct pool_config configs[CHAOS_SEATS] = {
    {.n_workers = 2, .max_workers = 64, .max_memory_mib = 128, .grace_ms = 20},
    {.n_workers = 1, .max_workers = 64, .max_memory_mib = 128, .grace_ms = 50},
    {.n_workers = 4, .max_workers = 64, .max_memory_mib = 256, .grace_ms = 1},
};

static struct seat {
    pool_t *pool;
    pool_volume_t shared;
    uint64_t rounds;
} seats[CHAOS_SEATS];

static void open_seat(uint32_t i)
{
    THREAD_CHECK(pool_create(&configs[i], &seats[i].pool) == 0);
    hosts_serve(seats[i].pool);
}

void seats_open(void)
{
    hosts_begin();
    for (uint32_t i = 0; i < CHAOS_SEATS; i++) open_seat(i);
}

void seats_close(void)
{
    for (uint32_t i = 0; i < CHAOS_SEATS; i++) THREAD_CHECK(pool_destroy(seats[i].pool) == 0);
    hosts_end();
}

void seats_seat(struct op *op)
{
    op->pool = seats[op->seat].pool;
    op->shared = seats[op->seat].shared;
}

void seats_begin_round(void)
{
    for (uint32_t i = 0; i < CHAOS_SEATS; i++) {
        THREAD_CHECK(pool_volume_create(seats[i].pool, NULL, &seats[i].shared) == 0);
    }
}

/* As it was made: no job, no pipe, no call, not a byte, and as many workers as shall run, all idle. */
static bool is_at_rest(uint32_t i)
{
    struct pool_stats stats;
    THREAD_CHECK(pool_stats(seats[i].pool, &stats) == 0);
    uint32_t n = stats.n_queued + stats.n_running + stats.n_ended + stats.n_pipes + stats.n_calls;
    bool staffed = stats.n_workers == configs[i].n_workers && stats.n_idle == stats.n_workers;
    return n == 0 && stats.memory_used_bytes == 0 && stats.n_lost == 0 && staffed;
}

static void rest(uint32_t i)
{
    while (!is_at_rest(i)) { /* the watch ends it if it never is */
        hosts_flush();
        chaos_pause(1);
    }
}

void seats_end_round(void)
{
    for (uint32_t i = 0; i < CHAOS_SEATS; i++) {
        struct seat *seat = &seats[i];
        THREAD_CHECK(pool_volume_release(seat->pool, seat->shared) == 0);
        THREAD_CHECK(pool_resize(seat->pool, configs[i].n_workers) == 0);
        rest(i);
        if (++seat->rounds % REOPENED_ONE_IN) continue;
        THREAD_CHECK(pool_destroy(seat->pool) == 0);
        open_seat(i);
    }
}

void seats_print(void)
{
    for (uint32_t i = 0; i < CHAOS_SEATS; i++) {
        struct pool_stats s;
        THREAD_CHECK(pool_stats(seats[i].pool, &s) == 0);
        fprintf(stderr,
                "pool %u: %u workers, %u idle, %u lost; jobs: %u queued, %u running, %u ended; %u pipes, "
                "%u calls, %" PRIu64 " bytes\n",
                i, s.n_workers, s.n_idle, s.n_lost, s.n_queued, s.n_running, s.n_ended, s.n_pipes, s.n_calls,
                s.memory_used_bytes);
    }
}

static uint32_t count_in(const char *path)
{
    uint32_t n = 0;
    DIR *folder = opendir(path);
    THREAD_CHECK(folder != NULL);
    while (readdir(folder)) n++;
    closedir(folder);
    return n;
}

struct footprint seats_footprint(void)
{
    return (struct footprint){count_in("/proc/self/task"), count_in("/proc/self/fd")};
}

void seats_check_footprint(struct footprint before)
{
    THREAD_CHECK(seats_footprint().descriptors == before.descriptors);
    while (seats_footprint().threads > before.threads) chaos_pause(1); /* a thread that was joined may still be there */
}
