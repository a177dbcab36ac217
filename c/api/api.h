/* What the folders above use beyond pool.h: the parts of its calls for a thread that must not block. */
#ifndef MILLRACE_API_API_H
#define MILLRACE_API_API_H

#include "core/layout.h"
#include "core/record.h"

/* Submits a record that has been checked, or a C function. `config` may be NULL; the input is in `input_block`, if the
 * record has one, and becomes the job's on success. Errors as pool_submit. */
struct submission {
    const struct record *record;
    uint32_t record_bytes;
    pool_function function;
    void *user;
    uint32_t input_block;
    bool wakes_nobody; /* whoever submits it wakes a worker soon */
};
int pool__submit(struct pool *pool, const struct submission *submission, pool_job_t *job_out);

/* pool_poll with a timeout of 0. If nothing is found, the client is announced at every end, and a signal follows. */
int pool__poll_announced(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds);

/* Fills in the result of a job. pre: it has ended. */
void pool__job_result(struct pool *pool, const struct job *job, struct pool_result *result_out);

#endif
