/* pool.h's instances where C itself has none: a native pool has no engine for guests, and in coordinator.wasm the script
 * has the instances.
 */
#include "pool.h"

int pool_instance_open(pool_t *pool, const struct pool_job_config *config, pool_job_t *instance_out)
{
    (void)pool, (void)config, (void)instance_out;
    return POOL_ENOSYS;
}

int pool_instance_ask(pool_t *pool, pool_job_t instance, const struct pool_question *question,
                      struct pool_answer *answer_out)
{
    (void)pool, (void)instance, (void)question, (void)answer_out;
    return POOL_ENOSYS;
}

int pool_instance_ask_async(pool_t *pool, pool_job_t instance, const struct pool_question *question,
                            pool_answer_callback callback, void *user)
{
    (void)pool, (void)instance, (void)question, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_question_cancel(pool_t *pool, pool_job_t instance, pool_answer_callback callback, void *user)
{
    (void)pool, (void)instance, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_instance_close(pool_t *pool, pool_job_t instance)
{
    (void)pool, (void)instance;
    return POOL_ENOSYS;
}
