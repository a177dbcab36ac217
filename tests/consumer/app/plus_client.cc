// A program in C++ without -pthread: a pool is made and destroyed, and callbacks tell.
#include <pool.h>

#include <cstdio>
#include <emscripten.h>

namespace {

void finish(void *pool)
{
    if (pool_destroy(static_cast<pool_t *>(pool)) == 0) std::puts("consumer: ok");
}

void on_pool(void *, int status, pool_t *pool)
{
    if (status != 0) {
        std::fprintf(stderr, "pool_create_async: %s %s\n", pool_strerror(status), pool_error_text());
        return;
    }
    emscripten_async_call(finish, pool, 0); // not inside a callback of the pool's
}

} // namespace

int main()
{
    pool_config config{};
    config.n_workers = 1;
    return pool_create_async(&config, on_pool, nullptr);
}
