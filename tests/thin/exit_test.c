/* A program that ends with its pool open, once nothing is owed any more: it must wait for the callback and for nothing
 * else. Arguments: the folder of the guests. */
#include "check.h"

static pool_t *pool;

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    CHECK(user == NULL && of == pool && job != 0);
    EQUAL(result->outcome, POOL_TIMED_OUT);
    printf("%d checks, %d failed\n", checks, failures); /* and neither releases the job nor destroys the pool */
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
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 2}, on_created, NULL), 0);
    return 0;
}
