/* What an instance is asked, and its answers, one after the other, over its two pipes. A line lives until its instance
 * has ended, and then tells everybody who waits.
 */
#ifndef MILLRACE_THIN_LINE_H
#define MILLRACE_THIN_LINE_H

#include "thin/state.h"

/* A question that is not answered. */
struct thin_question {
    struct thin_question *next;
    uint32_t size, sent; /* of `bytes`: the record with its values and bytes */
    pool_answer_callback callback;
    void *user;
    uint8_t bytes[];
};

struct thin_line;

/* A line over the ends that are ours; NULL: there is no memory. Nothing moves before pool__thin_line_begin. */
struct thin_line *pool__thin_line_new(struct pool *pool, pool_fd_t calls, pool_fd_t answers);
void pool__thin_line_begin(struct pool *pool, struct thin_line *line, pool_job_t instance);
/* Gives up a line that has not begun. Its ends stay open. */
void pool__thin_line_free(struct pool *pool, struct thin_line *line);

/* The line of an instance; NULL: it has ended, or is none. */
struct thin_line *pool__thin_line_of(struct pool *pool, pool_job_t instance);
/* Where its answers come: what signals them. */
uint32_t pool__thin_line_signal(const struct thin_line *line);

/* Asks; the question becomes the line's. False: it is closed. */
bool pool__thin_line_ask(struct pool *pool, struct thin_line *line, struct thin_question *question);
/* Nothing more is asked. */
void pool__thin_line_close(struct pool *pool, struct thin_line *line);
/* The instance has ended and is released: if nobody waits for an answer, its pipes are given back now. */
void pool__thin_line_released(struct pool *pool, pool_job_t instance);
/* The pool is gone: everybody is told. */
void pool__thin_end_lines(struct pool *pool);

#endif
