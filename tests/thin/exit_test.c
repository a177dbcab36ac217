/* A program that ends with its pool open, once nothing is owed any more: it must wait for the callbacks and for nothing
 * else. Arguments: the folder of the guests. */
#include "check.h"

static pool_t *pool;
static int n_told;

/* The last of the two prints, and neither releases the job nor destroys the pool. */
static void sum_up(void)
{
    if (++n_told == 2) printf("%d checks, %d failed\n", checks, failures);
}

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    CHECK(user == NULL && of == pool && job != 0);
    EQUAL(result->outcome, POOL_TIMED_OUT);
    sum_up();
}

/* What is left of its time keeps nothing alive, nor does the instance. */
static void on_answer(void *user, pool_t *of, pool_job_t instance, int status, const struct pool_answer *answer)
{
    CHECK(user == NULL && of == pool && instance != 0 && answer != NULL);
    EQUAL(status, 0);
    sum_up();
}

static void on_counter(void *user, int status, pool_module_t module)
{
    pool_job_t instance;
    CHECK(user == NULL);
    EQUAL(status, 0);
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = module}, &instance), 0);
    EQUAL(pool_instance_ask_async(pool, instance,
                                  &(struct pool_question){.export_name = "nothing", .timeout_ms = 24 * 3600 * 1000},
                                  on_answer, NULL),
          0);
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    pool_job_t job, forgotten;
    CHECK(user == NULL);
    EQUAL(status, 0);
    const struct pool_job_config sleeper = {.module = module};
    EQUAL(pool_submit(pool, &sleeper, &forgotten), 0); /* nobody asks how it goes: it keeps nothing alive */
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = module, .timeout_ms = 300}, &job), 0);
    EQUAL(pool_on_end(pool, job, on_end, NULL), 0);
}

static void on_created(void *user, int status, pool_t *created)
{
    CHECK(user == NULL);
    EQUAL(status, 0);
    pool = created;
    const struct pool_module_config config = {.url = guest("misbehaving/sleeper")};
    EQUAL(pool_module_load_async(pool, &config, on_loaded, NULL), 0);
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("counter")}, on_counter, NULL), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 2}, on_created, NULL), 0);
    return 0;
}
