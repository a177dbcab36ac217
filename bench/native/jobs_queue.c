/* The plainest queue of jobs: a list, a mutex, and two conditions. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "jobs.h"
#include "rounds.h"

struct job {
    void (*function)(struct job *job);
    struct job *next;
    int result;
    int ended;
};

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t pushed;
    pthread_cond_t ended;
    struct job *first;
    struct job *last;
    int is_closed;
} queue = {.mutex = PTHREAD_MUTEX_INITIALIZER, .pushed = PTHREAD_COND_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static pthread_t threads[N_THREADS];
static atomic_int n_done;

static void work(struct job *job)
{
    atomic_fetch_add_explicit(&n_done, 1, memory_order_relaxed);
    job->result = 7;
}

static void *run(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&queue.mutex);
    for (;;) {
        while (!queue.first && !queue.is_closed) pthread_cond_wait(&queue.pushed, &queue.mutex);
        struct job *job = queue.first;
        if (!job) break;
        queue.first = job->next;
        if (!queue.first) queue.last = NULL;
        pthread_mutex_unlock(&queue.mutex);
        job->function(job);
        pthread_mutex_lock(&queue.mutex);
        job->ended = 1;
        pthread_cond_signal(&queue.ended);
    }
    pthread_mutex_unlock(&queue.mutex);
    return NULL;
}

void queue_start(void)
{
    queue.is_closed = 0;
    for (int i = 0; i < N_THREADS; i++) must(pthread_create(&threads[i], NULL, run, NULL) == 0, "pthread_create");
}

void queue_end(void)
{
    pthread_mutex_lock(&queue.mutex);
    queue.is_closed = 1;
    pthread_cond_broadcast(&queue.pushed);
    pthread_mutex_unlock(&queue.mutex);
    for (int i = 0; i < N_THREADS; i++) pthread_join(threads[i], NULL);
}

static void submit(struct job *job)
{
    *job = (struct job){.function = work};
    pthread_mutex_lock(&queue.mutex);
    if (queue.last) queue.last->next = job;
    if (!queue.last) queue.first = job;
    queue.last = job;
    pthread_cond_signal(&queue.pushed);
    pthread_mutex_unlock(&queue.mutex);
}

static void finish(struct job *job)
{
    pthread_mutex_lock(&queue.mutex);
    while (!job->ended) pthread_cond_wait(&queue.ended, &queue.mutex);
    pthread_mutex_unlock(&queue.mutex);
    must(job->result == 7, "the result of a job");
}

double queue_one_at_a_time(void)
{
    struct job job;
    atomic_store(&n_done, 0);
    double begin = seconds();
    for (int i = 0; i < n_sequential; i++) {
        submit(&job);
        finish(&job);
    }
    double end = seconds();
    must(atomic_load(&n_done) == n_sequential, "how many jobs ran");
    return (end - begin) * 1e6 / n_sequential;
}

double queue_in_flight(void)
{
    static struct job jobs[IN_FLIGHT];
    atomic_store(&n_done, 0);
    double begin = seconds();
    for (int i = 0; i < n_in_flight; i++) {
        if (i >= IN_FLIGHT) finish(&jobs[i % IN_FLIGHT]);
        submit(&jobs[i % IN_FLIGHT]);
    }
    for (int i = n_in_flight - IN_FLIGHT; i < n_in_flight; i++) finish(&jobs[i % IN_FLIGHT]);
    double end = seconds();
    must(atomic_load(&n_done) == n_in_flight, "how many jobs ran");
    return (end - begin) * 1e6 / n_in_flight;
}
