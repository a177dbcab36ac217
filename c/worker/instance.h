/* An instance: a job that sleeps until it is called. Its stdin is the pipe that calls come through, its stdout the one that
 * the answers go into, in the same order; the guest itself has null devices instead. The script calls the guest, and these
 * functions move records and sleep. They are called in our code only: worker_enter and worker_leave go around each call of
 * the guest.
 */
#ifndef MILLRACE_WORKER_INSTANCE_H
#define MILLRACE_WORKER_INSTANCE_H

#include "core/question.h"

#define INSTANCE_TEXT_BYTES 1024u

/* A record with what may follow it directly. */
struct instance_buffer {
    struct instance_record record;
    union {
        struct pool_value values[POOL_VALUES_MAX];
        uint8_t text[INSTANCE_TEXT_BYTES];
    } behind;
};

/* After worker_begin: takes the two pipes from the guest. Where this thread's records go in and out. */
struct instance_buffer *instance_begin(void);

/* All that follow return 1, or 0 when the other side has closed its end, or a negative error, as when the job is to end. */

/* Sleeps until the next record is in the buffer, with its values. What of its bytes belongs to which value is sure. */
int instance_next(void);

/* Moves the bytes behind a record into the buffer, where the values were; POOL_EINVAL if they are more than
 * INSTANCE_TEXT_BYTES. */
int instance_text(uint32_t size);

/* Moves the bytes behind a record into the guest's memory, POOL_EINVAL if they do not fit; or past it. */
int instance_take(uint32_t address, uint32_t size);
int instance_skip(uint32_t size);

/* Sends the first `size` bytes of the buffer; or of the guest's memory. */
int instance_send(uint32_t size);
int instance_give(uint32_t address, uint32_t size);

#endif
