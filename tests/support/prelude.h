/* What cmocka needs before its own header, in its order, and the header. */
#ifndef MILLRACE_TESTS_PRELUDE_H
#define MILLRACE_TESTS_PRELUDE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Adds the name of the round to what a failing table test prints. */
#define ROUND(format, ...) print_message("[   ROUND  ] " format "\n", __VA_ARGS__)

#endif
