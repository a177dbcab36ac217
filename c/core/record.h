/* A submission as one piece of memory: what crosses from a program's own memory into the pool's, and what a job keeps.
 *
 * Behind the header come, without gaps: the values, the preopens, the export's name, the arguments, the environment,
 * the preopens' paths. Each string is ended by a NUL, and counted with it.
 */
#ifndef MILLRACE_CORE_RECORD_H
#define MILLRACE_CORE_RECORD_H

#include "pool.h"

/* Where a record, or other data, goes in the scratch memory of whoever submits it from elsewhere: behind the structs
 * and out parameters that are used with it, of which none is larger. */
#define SCRATCH_RECORD 128u

_Static_assert(SCRATCH_RECORD >= sizeof(struct pool_result), "it fits");

struct record {
    pool_module_t module;
    uint32_t priority;
    uint32_t timeout_ms;
    uint32_t input_bytes; /* of the block that was staged for it; 0: none */
    uint32_t capture_max_bytes;
    struct pool_stdio stdio[3];
    uint32_t n_values;
    uint32_t name_bytes; /* 0: no name, the job is a command */
    uint32_t n_args;
    uint32_t n_env;
    uint32_t strings_bytes; /* arguments, environment and paths */
    uint32_t n_preopens;
    uint32_t max_calls;      /* 0: the default, as of all that follows */
    uint32_t max_memory_mib; /* for host calls and captured outputs */
    uint32_t tty;            /* 0 or 1 */
    uint32_t serves;         /* 1: the job is an instance (core/question.h), over the pipes of its stdin and stdout */
    uint32_t imports; /* what its imports are linked with beside WASI, as a number that scripts have; 0: nothing */
    uint32_t traps;   /* 1: an import that nobody provides traps when it is called; 0: it keeps the job from starting */
};

struct record_preopen {
    pool_volume_t volume;
    uint32_t read_only; /* 0 or 1 */
    uint32_t zero;      /* nothing is left unset */
};

/* The size of a submission's record with its header; POOL_E2BIG, POOL_EINVAL. The header is all there is of a record of
 * that size. */
int32_t pool__record_header(const struct pool_job_config *config, struct record *header_out);
int32_t pool__record_size(const struct pool_job_config *config);

/* Writes a submission's record. pre: `out` has as many bytes as pool__record_size returned for `config`. */
void pool__record_write(const struct pool_job_config *config, uint8_t *out);

/* Checks that `size` bytes, which may come from anybody, are a record: 0, POOL_E2BIG, POOL_EINVAL. */
int pool__record_check(const uint8_t *bytes, uint32_t size);

/* Where the parts of a record begin. pre: it has been checked. */
const struct pool_value *pool__record_values(const struct record *record);
const struct record_preopen *pool__record_preopens(const struct record *record);
const char *pool__record_name(const struct record *record);
const char *pool__record_strings(const struct record *record);
const char *pool__record_paths(const struct record *record);

#endif
