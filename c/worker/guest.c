/* What a worker does in C around a guest's run; the script does the rest. */
#include <string.h>

#include "core/check.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/volumes.h"
#include "worker/crossing.h"
#include "worker/guest.h"

static _Thread_local struct wasi_context wasi;
static _Thread_local struct worker_call call;
static _Thread_local uint32_t borrowed;

struct wasi_context *pool__this_guest(void)
{
    return &wasi;
}

void worker_begin(uint32_t (*read)(uint32_t, void *, uint32_t), uint32_t (*write)(uint32_t, const void *, uint32_t),
                  uint32_t (*check)(uint32_t, uint32_t))
{
    struct worker_thread *this = pool__this_worker();
    POOL_ASSERT(this->job && !this->job->function && this->self->fds);
    wasi.guest = (struct wasi_guest){.read = read, .write = write, .check = check};
    wasi.table = this->self->fds;
    wasi_context_init(&wasi, &this->sleeper, this->job);
}

const struct worker_call *worker_call(void)
{
    struct worker_thread *this = pool__this_worker();
    POOL_ASSERT(this->job);
    const struct record *record = pool__job_record(this->pool, this->job);
    wasi.exited = false; /* it may end before worker_begin */
    call = (struct worker_call){0};
    if (!record) return &call;
    call.serves = record->serves;
    call.imports = record->imports;
    call.traps = record->traps;
    if (record->name_bytes) {
        call.name = pool__record_name(record);
        call.name_bytes = record->name_bytes - 1;
        call.n_values = record->n_values;
        call.values = pool__record_values(record);
    }
    return &call;
}

int worker_enter(void)
{
    struct worker_thread *this = pool__this_worker();
    POOL_ASSERT(this->job && !this->job->function);
    if (pool__job_wished(this->job)) return POOL_ECANCELED;
    if (!pool__worker_move(this->self, this->turn, WORKER_RUNTIME, WORKER_GUEST)) pool__park(this->self);
    return 0;
}

void worker_leave(void)
{
    /* A guest that was unwound in the middle of a call has come back to our code already. */
    struct worker_thread *this = pool__this_worker();
    uint64_t runtime = pool__worker_word(this->turn, WORKER_RUNTIME);
    if (atomic_load(&this->self->x_state) != runtime) {
        pool__cross_to_runtime(this->self, this->turn);
    } else { /* if that needed more stack than any should, the others are to hear of it and not to wait for ever */
        pool__volume_unlock_for(this->pool, this->number);
    }
}

uint32_t worker_exit_code(void)
{
    return wasi.exit_code;
}

uint32_t worker_left_by(void)
{
    return wasi.exited ? POOL_EXITED : pool__job_wished(pool__this_worker()->job);
}

static uint32_t take_block(uint32_t size)
{
    uint32_t block;
    struct worker_thread *this = pool__this_worker();
    if (size > POOL_BYTES_MAX) return 0;
    return pool__sleep_on_block(&this->sleeper, USE_CONTROL, size, &block) == 0 ? block : 0;
}

uint8_t *worker_borrow(uint32_t size)
{
    worker_return();
    borrowed = take_block(size);
    return pool__block_memory(pool__this_worker()->pool, borrowed);
}

void worker_return(void)
{
    pool__give_block(pool__this_worker()->pool, borrowed);
    borrowed = 0;
}

int worker_signature(const uint8_t *bytes, uint32_t size, const char *name, uint32_t name_size,
                     struct module_signature *out)
{
    return pool__module_signature(bytes, size, name, name_size, out);
}

int worker_import(const uint8_t *bytes, uint32_t size, uint32_t number, struct module_signature *out)
{
    return pool__module_import(bytes, size, number, out);
}

/* Puts a block in the place of the job's record. */
static uint8_t *replace_record(uint32_t size)
{
    struct worker_thread *this = pool__this_worker();
    uint32_t block = this->job->block;
    POOL_ASSERT(size <= POOL_BYTES_MAX && this->job->text_bytes == 0);
    pool__job_unuse_volumes(this->pool, this->job); /* their handles are in the record */
    this->job->block = 0; /* first: if this worker dies here, the block must not be given back twice */
    pool__give_block(this->pool, block);
    this->job->block = take_block(size);
    return pool__block_memory(this->pool, this->job->block);
}

uint8_t *worker_text(uint32_t size)
{
    return size > POOL_ARGS_MAX_BYTES ? NULL : replace_record(size);
}

struct pool_value *worker_results(uint32_t n)
{
    struct job *job = pool__this_worker()->job;
    if (n == 0 || n > POOL_VALUES_MAX) return NULL;
    POOL_ASSERT(job && job->n_results == 0); /* a guest returns once */
    struct pool_value *values = (struct pool_value *)(void *)replace_record(n * (uint32_t)sizeof *values);
    if (values) memset(values, 0, n * sizeof *values);
    job->n_results = values ? n : 0;
    return values;
}
