/* pool_guest.h's part of the table, which builds without C functions as jobs do not have. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "pool_guest.h"
#include "support/bad_args.h"

#define ANY BAD_ARGS_ANY_ERROR
#define ROW(function, wanted, arguments) check(#function, #function #arguments, (long long)function arguments, wanted);

void bad_args_run_guest(bad_args_check *check)
{
    char reply[8], *unended = malloc(POOL_NAME_MAX_BYTES);
    if (!unended) abort();
    memset(unended, 'a', POOL_NAME_MAX_BYTES);
    ROW(pool_call, POOL_EINVAL, (NULL, 1, NULL, 0, reply, sizeof reply))
    ROW(pool_call, POOL_EINVAL, (NULL, 0, NULL, 0, reply, sizeof reply))
    ROW(pool_call, POOL_EINVAL, ("a", 1, NULL, 1, reply, sizeof reply))
    ROW(pool_call, POOL_EINVAL, ("a", 1, NULL, 0, NULL, 1))
    ROW(pool_call, POOL_EINVAL, ("\xff", 1, NULL, 0, reply, sizeof reply))
    ROW(pool_call, POOL_EINVAL, (unended, SIZE_MAX, NULL, 0, reply, sizeof reply))
    ROW(pool_call, POOL_E2BIG, ("a", 1, "", SIZE_MAX, reply, sizeof reply))
    ROW(pool_call, ANY, (unended, POOL_NAME_MAX_BYTES, NULL, 0, NULL, 0)) /* nobody serves it */
    ROW(pool_call_begin, POOL_EINVAL, (NULL, 1, NULL, 0))
    ROW(pool_call_begin, POOL_EINVAL, (NULL, 0, NULL, 0))
    ROW(pool_call_begin, POOL_EINVAL, ("a", 1, NULL, 1))
    ROW(pool_call_begin, POOL_EINVAL, ("\xed\xa0\x80", 3, NULL, 0))
    ROW(pool_call_begin, POOL_EINVAL, (unended, SIZE_MAX, NULL, 0))
    ROW(pool_call_begin, POOL_E2BIG, ("a", 1, "", SIZE_MAX))
    ROW(pool_call_status, POOL_EBADF, (0))
    ROW(pool_call_status, POOL_EBADF, (-1))
    ROW(pool_call_status, POOL_EBADF, (INT32_MIN))
    ROW(pool_call_status, POOL_EBADF, (INT32_MAX))
    ROW(pool_call_status, POOL_EBADF, (POOL_STDIN))
    free(unended);
}
