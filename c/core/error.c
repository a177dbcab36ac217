/* What each error code means, in words. */
#include "pool.h"

const char *pool_strerror(int error)
{
    switch (error) {
    case 0: return "success";
#define POOL_ERROR_CASE(name, value, message) \
    case value: return message;
        POOL_ERROR_MAP(POOL_ERROR_CASE)
#undef POOL_ERROR_CASE
    default: return "unknown error";
    }
}
