/* Host calls, from the job that makes one to the reply. */
#ifndef MILLRACE_SYNC_CALLS_H
#define MILLRACE_SYNC_CALLS_H

#include "sync/sleep.h"

/* A call that its worker is still filling. */
struct call_draft {
    struct call *call;
    uint8_t *memory; /* name_bytes for the name, then size_bytes for the data */
    pool_fd_t reply; /* the read end of the reply's pipe, as a C function knows it */
    struct pipe *pipe;
};

/* Begins a call, sleeping until there is memory for it. 0; POOL_ENOENT (no host at all), POOL_EINVAL (the name's size),
 * POOL_E2BIG, POOL_EMFILE, POOL_EDQUOT, POOL_ENFILE (see sync/call_slots.h), POOL_ENOMEM, or as interrupted. */
int pool__call_draft(struct sleeper *sleeper, uint64_t name_bytes, uint64_t size_bytes, struct call_draft *draft_out);

/* The same for a question of core/import_call.h. A call that a guest makes by itself has a name. */
int pool__call_draft_unnamed(struct sleeper *sleeper, uint64_t size_bytes, struct call_draft *draft_out);

/* Hands the call to the host, or gives it up. */
void pool__call_send(struct sleeper *sleeper, const struct call_draft *draft);
void pool__call_drop(struct sleeper *sleeper, const struct call_draft *draft);

/* What a host gets. */
struct client_call {
    pool_call_t call;
    pool_job_t job;
    const char *name;
    uint32_t name_bytes; /* 0: what was called is an import, see core/import_call.h */
    const uint8_t *data;
    uint32_t size_bytes;
};

/* Takes the call in a slot for its handler. POOL_EBADF: none waits there, or nobody wants its reply any more. */
int pool__call_take(struct pool *pool, uint32_t slot, struct client_call *call_out);

/* The memory of a reply: what the replier writes at `*address_out`. The question's is used, which must have been read by
 * now. POOL_EAGAIN: there is none, and SIGNAL_BLOCKS follows; POOL_ENOMEM: there will be none; POOL_EDQUOT: it is more
 * than the caller may have; POOL_EPIPE: nobody waits for it any more; POOL_E2BIG, POOL_EBADF. */
int pool__call_room(struct pool *pool, pool_call_t call, uint32_t size_bytes, uint8_t **address_out);

/* Answers a call that was taken, with the first `size_bytes` of its memory. POOL_EBADF; POOL_EINVAL (a status that is
 * none, or more bytes than it has). */
int pool__call_reply(struct pool *pool, pool_call_t call, int32_t status, uint32_t size_bytes);

/* Whether nobody waits for the reply to a call that was taken. */
bool pool__call_is_abandoned(struct pool *pool, pool_call_t call);

/* Whether somebody waits for the reply to a call that was taken: POOL_EAGAIN, and the client gets the call's signal when
 * that changes; POOL_EPIPE: nobody any more; POOL_EBADF: it is answered. Only for whoever is to answer. */
int pool__call_watch(struct pool *pool, pool_call_t call);

/* Answering in steps, for data that still has to be copied into a block. The first makes a call the replier's; NULL: it
 * is not there to be answered. */
struct call *pool__call_claim(struct pool *pool, pool_call_t call);

/* Copies the data into a block: the call's own, if it fits. A call that nobody waits for any more needs none (0).
 * POOL_EAGAIN: there is no memory, and SIGNAL_BLOCKS follows; POOL_ENOMEM: there will be none; POOL_EDQUOT: it is more
 * than the caller may have. */
int pool__call_carry(struct pool *pool, struct call *call, const void *data, uint32_t size_bytes, uint32_t *block_out);

void pool__call_answer(struct pool *pool, struct call *call, int32_t status, uint32_t block, uint32_t size_bytes);

#endif
