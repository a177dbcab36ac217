/* The receiver of all signals of a pool. */
#ifndef MILLRACE_THIN_DELIVER_H
#define MILLRACE_THIN_DELIVER_H

#include "thin/state.h"

void pool__thin_deliver(struct pool *pool, uint32_t signal, uint32_t number, double status, char *text);

#endif
