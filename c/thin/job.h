/* A job that was submitted and is not released. */
#ifndef MILLRACE_THIN_JOB_H
#define MILLRACE_THIN_JOB_H

#include <stdbool.h>

#include "thin/state.h"

struct thin_job {
    pool_job_t handle;
    pool_module_t module;
    pool_fd_t inherited[3]; /* our ends of the pipes that are written to the program's own stdout and stderr */
    int output_error;       /* why something could not be written there; 0: nothing */
    bool ended;
    bool copied;   /* `result` is complete */
    bool called;   /* its callback runs: `result` must stay */
    bool released; /* in its callback */
    pool_end_callback callback;
    void *user;
    struct pool_result result;
    void *memory; /* what `result` points into */
    void *answer; /* what an instance answered last to pool_instance_ask */
};

#endif
