/* What a job was submitted with. */
#ifndef MILLRACE_SYNC_RECORD_H
#define MILLRACE_SYNC_RECORD_H

#include "core/layout.h"
#include "core/record.h"
#include "sync/ends.h"

/* A job's record, until it ends; NULL: it has none, as its submission fits into `struct job`. */
static inline const struct record *pool__job_record(const struct pool *pool, const struct job *job)
{
    return (const struct record *)pool__block_memory(pool, job->block);
}

#endif
