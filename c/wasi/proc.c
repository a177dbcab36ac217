/* proc_exit: the guest is unwound. */
#include "wasi/wasi.h"

uint32_t wasi_proc_exit(struct wasi_context *c, uint32_t code)
{
    c->exited = true;
    c->exit_code = code;
    return WASI_ECANCELED;
}
