/* args_* and environ_*: the strings that a guest begins with. */
#include <string.h>

#include "core/check.h"
#include "wasi/wasi.h"

static uint32_t sizes_get(struct wasi_context *c, const struct wasi_strings *strings, uint32_t n_out, uint32_t size_out)
{
    if (c->guest.check(n_out, sizeof strings->n)) return WASI_EFAULT;
    if (c->guest.check(size_out, sizeof strings->size)) return WASI_EFAULT;
    c->guest.write(n_out, &strings->n, sizeof strings->n);
    c->guest.write(size_out, &strings->size, sizeof strings->size);
    return WASI_SUCCESS;
}

static uint32_t strings_get(struct wasi_context *c, const struct wasi_strings *strings, uint32_t pointers,
                            uint32_t data)
{
    POOL_ASSERT(strings->n <= strings->size && strings->size <= POOL_ARGS_MAX_BYTES); /* each has a NUL */
    if (c->guest.check(pointers, strings->n * (uint32_t)sizeof data)) return WASI_EFAULT;
    if (c->guest.write(data, strings->data, strings->size)) return WASI_EFAULT;

    uint32_t offset = 0;
    for (uint32_t i = 0; i < strings->n; i++) {
        uint32_t address = data + offset;
        c->guest.write(pointers + i * (uint32_t)sizeof address, &address, sizeof address);
        offset += (uint32_t)strlen(strings->data + offset) + 1;
    }
    POOL_ASSERT(offset == strings->size);
    return WASI_SUCCESS;
}

uint32_t wasi_args_sizes_get(struct wasi_context *c, uint32_t n_out, uint32_t size_out)
{
    return sizes_get(c, &c->args, n_out, size_out);
}

uint32_t wasi_args_get(struct wasi_context *c, uint32_t pointers_out, uint32_t data_out)
{
    return strings_get(c, &c->args, pointers_out, data_out);
}

uint32_t wasi_environ_sizes_get(struct wasi_context *c, uint32_t n_out, uint32_t size_out)
{
    return sizes_get(c, &c->env, n_out, size_out);
}

uint32_t wasi_environ_get(struct wasi_context *c, uint32_t pointers_out, uint32_t data_out)
{
    return strings_get(c, &c->env, pointers_out, data_out);
}
