/* What an instance is asked, and its answers, one after the other, over its two pipes. A line lives until its instance
 * has ended, and then tells everybody who waits.
 */
#ifndef MILLRACE_THIN_LINE_H
#define MILLRACE_THIN_LINE_H

#include "thin/state.h"

/* A question that is not answered. */
struct thin_question {
    struct thin_question *next;
    pool_job_t instance;
    uint32_t
        number;     /* of one that can be ended; 0: it cannot. It is sent when all before it are answered: until then it
                            can be taken back, and afterwards it is what runs */
    int32_t status; /* what it gets if its instance ends (0: as those behind it) */
    double deadline_ms;  /* as emscripten_get_now tells; INFINITY: none */
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
/* A question of any line that can be ended, by its number; NULL: it is answered. */
struct thin_question *pool__thin_question_of(struct pool *pool, uint32_t number);
/* The first of a line that can be ended and was asked with that callback; NULL: it is answered. */
struct thin_question *pool__thin_line_find(struct thin_line *line, pool_answer_callback callback, const void *user);
/* Takes a question out of its line: it is still to be told, and the caller's. pre: nothing of it was sent. */
void pool__thin_line_take_back(struct pool *pool, struct thin_line *line, struct thin_question *question);
/* Hands a question that is in no line an answer, and frees it. */
void pool__thin_tell_question(struct pool *pool, struct thin_question *question, int status,
                              const struct pool_answer *answer);
/* Nothing more is asked. */
void pool__thin_line_close(struct pool *pool, struct thin_line *line);
/* The instance has ended and is released: if nobody waits for an answer, its pipes are given back now. */
void pool__thin_line_released(struct pool *pool, pool_job_t instance);
/* The pool is gone: everybody is told. */
void pool__thin_end_lines(struct pool *pool);

#endif
