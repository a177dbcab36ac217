/* Jobs of libuv: uv_queue_work, whose end comes as a callback of the loop. Its threads are as many as the others'
 * (UV_THREADPOOL_SIZE, set by main). */
#include <stdatomic.h>
#include <uv.h>

#include "jobs.h"
#include "rounds.h"

static atomic_int n_done;
static int n_wanted; /* that are still to be submitted */
static int n_ended;

static void work(uv_work_t *request)
{
    atomic_fetch_add_explicit(&n_done, 1, memory_order_relaxed);
    *(int *)request->data = 7;
}

static void after(uv_work_t *request, int status);

static void submit(uv_work_t *request)
{
    n_wanted--;
    must(uv_queue_work(uv_default_loop(), request, work, after) == 0, "uv_queue_work");
}

static void after(uv_work_t *request, int status)
{
    must(status == 0 && *(int *)request->data == 7, "the result of a job");
    *(int *)request->data = 0;
    n_ended++;
    if (n_wanted > 0) submit(request);
}

/* Keeps so many in flight until n have ended. */
static double run(int n, int n_at_once)
{
    static uv_work_t requests[IN_FLIGHT];
    static int results[IN_FLIGHT];
    atomic_store(&n_done, 0);
    n_wanted = n;
    n_ended = 0;
    double begin = seconds();
    for (int i = 0; i < n_at_once; i++) {
        requests[i].data = &results[i];
        submit(&requests[i]);
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    double end = seconds();
    must(n_ended == n && atomic_load(&n_done) == n, "how many jobs ran");
    return (end - begin) * 1e6 / n;
}

double uv_one_at_a_time(void)
{
    return run(n_sequential, 1);
}

double uv_in_flight(void)
{
    return run(n_in_flight, IN_FLIGHT);
}
