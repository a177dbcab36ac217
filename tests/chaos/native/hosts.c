/* Serves host calls: at once, late, with much, with an error, or not before the round ends. */
#include "chaos/native/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "support/threads.h"

/* A call that is replied to later. */
struct letter {
    struct letter *next;
    pool_t *pool;
    pool_call_t call;
    uint32_t size_bytes;
    uint8_t data[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct letter *late;  /* the next one first */
static struct letter *never; /* until the round ends */
static bool ending;
static pthread_t postman;

static void reply_plus_one(pool_t *pool, pool_call_t call, const uint8_t *data, uint32_t size_bytes)
{
    uint8_t *reply = malloc(size_bytes + 1);
    THREAD_CHECK(reply != NULL);
    for (uint32_t i = 0; i < size_bytes; i++) reply[i] = (uint8_t)(data[i] + 1);
    THREAD_CHECK(pool_reply(pool, call, 0, reply, size_bytes) == 0);
    THREAD_CHECK(pool_reply(pool, call, 0, NULL, 0) == POOL_EBADF);
    free(reply);
}

static void serve_now(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    (void)user;
    reply_plus_one(pool, call, data, size_bytes);
}

static void serve_large(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    (void)user;
    uint32_t size;
    THREAD_CHECK(size_bytes == sizeof size);
    memcpy(&size, data, sizeof size);
    uint8_t *reply = malloc(size);
    THREAD_CHECK(reply != NULL);
    memset(reply, 7, size);
    THREAD_CHECK(pool_reply(pool, call, 0, reply, size) == 0);
    free(reply);
}

static void serve_error(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    (void)user, (void)data, (void)size_bytes;
    THREAD_CHECK(pool_reply(pool, call, POOL_EPERM, NULL, 0) == 0);
}

/* `user`: the list. */
static void keep(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    struct letter **list = user, *letter = malloc(sizeof *letter + size_bytes);
    THREAD_CHECK(letter != NULL);
    *letter = (struct letter){.pool = pool, .call = call, .size_bytes = size_bytes};
    if (size_bytes) memcpy(letter->data, data, size_bytes);
    pthread_mutex_lock(&lock);
    letter->next = *list;
    *list = letter;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void hosts_serve(pool_t *pool)
{
    THREAD_CHECK(pool_host_set(pool, "now", serve_now, NULL) == 0);
    THREAD_CHECK(pool_host_set(pool, "large", serve_large, NULL) == 0);
    THREAD_CHECK(pool_host_set(pool, "error", serve_error, NULL) == 0);
    THREAD_CHECK(pool_host_set(pool, "late", keep, &late) == 0);
    THREAD_CHECK(pool_host_set(pool, "never", keep, &never) == 0);
}

static void send_all(struct letter *letters)
{
    while (letters) {
        struct letter *letter = letters;
        letters = letter->next;
        reply_plus_one(letter->pool, letter->call, letter->data, letter->size_bytes);
        free(letter);
    }
}

/* Replies a little later, in the order opposite to that of the calls. Under the lock, so that who flushes knows that
 * nothing is on its way. */
static void *deliver(void *argument)
{
    pthread_mutex_lock(&lock);
    while (!ending) {
        while (!late && !ending) pthread_cond_wait(&changed, &lock);
        struct letter *letters = late;
        late = NULL;
        send_all(letters);
    }
    pthread_mutex_unlock(&lock);
    return argument;
}

void hosts_flush(void)
{
    pthread_mutex_lock(&lock);
    send_all(late);
    send_all(never);
    late = never = NULL;
    pthread_mutex_unlock(&lock);
}

void hosts_begin(void)
{
    postman = thread_start(deliver, NULL);
}

void hosts_end(void)
{
    pthread_mutex_lock(&lock);
    ending = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    thread_join(postman);
}
