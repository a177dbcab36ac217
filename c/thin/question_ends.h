/* Questions to instances that end before they are answered: their time runs out, or whoever asked takes them back. */
#ifndef MILLRACE_THIN_QUESTION_ENDS_H
#define MILLRACE_THIN_QUESTION_ENDS_H

#include "thin/state.h"

/* Something that is to happen to a question, by its number. */
void pool__thin_question_signal(struct pool *pool, uint32_t number);
/* Calls back for all questions that were taken back. */
void pool__thin_tell_taken_back(struct pool *pool);

#endif
