/* Callbacks that ask for the next one each time, in any program: the event loop has its turn all the same. Arguments: the
 * folder of the guests, and how this program was built. */
#include <emscripten.h>

#include "check.h"

#define CALLS_MAX 5000000 /* without a turn: there will be none */
#define TURNS 5
#define TURN_MS 1

static pool_t *pool;
static pool_fd_t fds[2];
static int calls, turns, readies, rooms;

static void count_call(void)
{
    if (++calls < CALLS_MAX) return;
    CHECK(calls < CALLS_MAX); /* the event loop has its turn */
    finish();
}

static void on_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    (void)user;
    readies++;
    count_call();
    if (status == 0) (void)pool_on_ready(of, fd, on_ready, NULL);
}

static void on_room(void *user, pool_t *of)
{
    (void)user;
    rooms++;
    count_call();
    (void)pool_on_room(of, on_room, NULL); /* refused once the pool is destroyed */
}

static void take_turn(void *user)
{
    (void)user;
    calls = 0;
    if (++turns < TURNS || readies == 0 || rooms == 0) {
        emscripten_async_call(take_turn, NULL, TURN_MS);
        return;
    }
    EQUAL(pool_destroy(pool), 0);
    finish();
}

static void on_created(void *user, int status, pool_t *of)
{
    (void)user;
    EQUAL(status, 0);
    if (status) finish();
    pool = of;
    emscripten_async_call(take_turn, NULL, TURN_MS);
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_on_ready(pool, fds[1], on_ready, NULL), 0);
    EQUAL(pool_on_room(pool, on_room, NULL), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(NULL, on_created, NULL), 0);
    return 0;
}
