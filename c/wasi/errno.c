/* An error of the pool's as a guest gets it. */
#include "pool.h"
#include "wasi/wasi.h"

uint32_t wasi_errno_of(int status)
{
    switch (status) {
    case 0: return WASI_SUCCESS;
    case POOL_EPERM: return WASI_EPERM;
    case POOL_ENOENT: return WASI_ENOENT;
    case POOL_EBADF: return WASI_EBADF;
    case POOL_EAGAIN: return WASI_EAGAIN;
    case POOL_ENOMEM: return WASI_ENOMEM;
    case POOL_EBUSY: return WASI_EBUSY;
    case POOL_EEXIST: return WASI_EEXIST;
    case POOL_EXDEV: return WASI_EXDEV;
    case POOL_ENOTDIR: return WASI_ENOTDIR;
    case POOL_EISDIR: return WASI_EISDIR;
    case POOL_EINVAL: return WASI_EINVAL;
    case POOL_ENFILE: return WASI_ENFILE;
    case POOL_EMFILE: return WASI_EMFILE;
    case POOL_EFBIG: return WASI_EFBIG;
    case POOL_ENOSPC: return WASI_ENOSPC;
    case POOL_EROFS: return WASI_EROFS;
    case POOL_EMLINK: return WASI_EMLINK;
    case POOL_EPIPE: return WASI_EPIPE;
    case POOL_ENAMETOOLONG: return WASI_ENAMETOOLONG;
    case POOL_ENOTEMPTY: return WASI_ENOTEMPTY;
    case POOL_ELOOP: return WASI_ELOOP;
    case POOL_EDQUOT: return WASI_EDQUOT;
    case POOL_ECANCELED: return WASI_ECANCELED;
    default: return WASI_EIO;
    }
}
