/* Numbers and layouts of wasi_snapshot_preview1, as its witx documents give them.
 * Source: WebAssembly/WASI, legacy/preview1/witx/typenames.witx.
 */
#ifndef MILLRACE_WASI_TYPES_H
#define MILLRACE_WASI_TYPES_H

#include <stdint.h>

enum wasi_errno {
    WASI_SUCCESS = 0,
    WASI_EAGAIN = 6,
    WASI_EBADF = 8,
    WASI_ECANCELED = 11,
    WASI_EFAULT = 21,
    WASI_EFBIG = 22,
    WASI_EINVAL = 28,
    WASI_EIO = 29,
    WASI_EMFILE = 33,
    WASI_ENOMEM = 48,
    WASI_ENOSYS = 52,
    WASI_ENOTDIR = 54,
    WASI_ENOTSOCK = 57,
    WASI_ENOTSUP = 58,
    WASI_EPIPE = 64,
    WASI_ESPIPE = 70
};

enum wasi_filetype { WASI_FILETYPE_UNKNOWN = 0 };

#define WASI_RIGHT_FD_READ ((uint64_t)1 << 1)
#define WASI_RIGHT_FD_WRITE ((uint64_t)1 << 6)
#define WASI_RIGHT_FD_FILESTAT_GET ((uint64_t)1 << 21)
#define WASI_RIGHT_POLL_FD_READWRITE ((uint64_t)1 << 27)

#define WASI_FDFLAG_NONBLOCK 4u

enum wasi_clockid {
    WASI_CLOCK_REALTIME = 0,
    WASI_CLOCK_MONOTONIC = 1,
    WASI_CLOCK_PROCESS_CPUTIME = 2,
    WASI_CLOCK_THREAD_CPUTIME = 3
};

struct wasi_iovec {
    uint32_t data;
    uint32_t size;
};

struct wasi_fdstat {
    uint8_t filetype;
    uint8_t pad_1;
    uint16_t flags;
    uint32_t pad_2;
    uint64_t rights_base;
    uint64_t rights_inheriting;
};
_Static_assert(sizeof(struct wasi_fdstat) == 24, "witx: fdstat");

struct wasi_filestat {
    uint64_t device;
    uint64_t inode;
    uint8_t filetype;
    uint8_t pad[7];
    uint64_t n_links;
    uint64_t size;
    uint64_t accessed_ns;
    uint64_t modified_ns;
    uint64_t changed_ns;
};
_Static_assert(sizeof(struct wasi_filestat) == 64, "witx: filestat");

enum wasi_eventtype { WASI_EVENT_CLOCK = 0, WASI_EVENT_FD_READ = 1, WASI_EVENT_FD_WRITE = 2 };

#define WASI_SUBSCRIPTION_CLOCK_ABSTIME 1u
#define WASI_EVENT_HANGUP 1u

struct wasi_subscription {
    uint64_t userdata;
    uint8_t type; /* enum wasi_eventtype */
    uint8_t pad_1[7];
    uint32_t clock_or_fd;
    uint32_t pad_2;
    uint64_t timeout_ns;
    uint64_t precision_ns;
    uint16_t clock_flags;
    uint8_t pad_3[6];
};
_Static_assert(sizeof(struct wasi_subscription) == 48, "witx: subscription");

struct wasi_event {
    uint64_t userdata;
    uint16_t error;
    uint8_t type;
    uint8_t pad_1[5];
    uint64_t n_bytes;
    uint16_t flags;
    uint8_t pad_2[6];
};
_Static_assert(sizeof(struct wasi_event) == 32, "witx: event");

#endif
