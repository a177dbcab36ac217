// The headers in C++.
#include <pool.h>
#include <pool_guest.h>

#include <cstdio>

static uint32_t work(pool_t *, void *user)
{
    return *static_cast<uint32_t *>(user) + 1;
}

int main()
{
    pool_t *pool = nullptr;
    if (pool_create(nullptr, &pool) != 0) return 1;
    uint32_t number = 41;
    pool_job_config config{};
    config.function = work;
    config.user = &number;
    pool_job_t job = 0;
    pool_result result{};
    if (pool_submit(pool, &config, &job) != 0 || pool_wait(pool, job, POOL_FOREVER, &result) != 0) return 1;
    pool_destroy(pool);
    if (result.outcome != POOL_EXITED || result.code != 42) return 1;
    std::puts("consumer: ok");
}
