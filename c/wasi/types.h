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
    WASI_EBUSY = 10,
    WASI_ECANCELED = 11,
    WASI_EDQUOT = 19,
    WASI_EEXIST = 20,
    WASI_EFAULT = 21,
    WASI_EFBIG = 22,
    WASI_EILSEQ = 25,
    WASI_EINVAL = 28,
    WASI_EIO = 29,
    WASI_EISDIR = 31,
    WASI_ELOOP = 32,
    WASI_EMFILE = 33,
    WASI_EMLINK = 34,
    WASI_ENAMETOOLONG = 37,
    WASI_ENFILE = 41,
    WASI_ENOENT = 44,
    WASI_ENOMEM = 48,
    WASI_ENOSPC = 51,
    WASI_ENOSYS = 52,
    WASI_ENOTDIR = 54,
    WASI_ENOTEMPTY = 55,
    WASI_ENOTSOCK = 57,
    WASI_ENOTSUP = 58,
    WASI_EPERM = 63,
    WASI_EPIPE = 64,
    WASI_EROFS = 69,
    WASI_ESPIPE = 70,
    WASI_EXDEV = 75,
    WASI_ENOTCAPABLE = 76
};

enum wasi_filetype {
    WASI_FILETYPE_UNKNOWN = 0,
    WASI_FILETYPE_CHARACTER_DEVICE = 2,
    WASI_FILETYPE_DIRECTORY = 3,
    WASI_FILETYPE_REGULAR_FILE = 4,
    WASI_FILETYPE_SYMBOLIC_LINK = 7
};

#define WASI_RIGHT(bit) ((uint64_t)1 << (bit))
#define WASI_RIGHT_FD_DATASYNC WASI_RIGHT(0)
#define WASI_RIGHT_FD_READ WASI_RIGHT(1)
#define WASI_RIGHT_FD_SEEK WASI_RIGHT(2) /* that to tell with it */
#define WASI_RIGHT_FD_FDSTAT_SET_FLAGS WASI_RIGHT(3)
#define WASI_RIGHT_FD_SYNC WASI_RIGHT(4)
#define WASI_RIGHT_FD_TELL WASI_RIGHT(5)
#define WASI_RIGHT_FD_WRITE WASI_RIGHT(6)
#define WASI_RIGHT_FD_ADVISE WASI_RIGHT(7)
#define WASI_RIGHT_FD_ALLOCATE WASI_RIGHT(8)
#define WASI_RIGHT_PATH_CREATE_DIRECTORY WASI_RIGHT(9)
#define WASI_RIGHT_PATH_CREATE_FILE WASI_RIGHT(10)
#define WASI_RIGHT_PATH_LINK_SOURCE WASI_RIGHT(11)
#define WASI_RIGHT_PATH_LINK_TARGET WASI_RIGHT(12)
#define WASI_RIGHT_PATH_OPEN WASI_RIGHT(13)
#define WASI_RIGHT_FD_READDIR WASI_RIGHT(14)
#define WASI_RIGHT_PATH_READLINK WASI_RIGHT(15)
#define WASI_RIGHT_PATH_RENAME_SOURCE WASI_RIGHT(16)
#define WASI_RIGHT_PATH_RENAME_TARGET WASI_RIGHT(17)
#define WASI_RIGHT_PATH_FILESTAT_GET WASI_RIGHT(18)
#define WASI_RIGHT_PATH_FILESTAT_SET_SIZE WASI_RIGHT(19)
#define WASI_RIGHT_PATH_FILESTAT_SET_TIMES WASI_RIGHT(20)
#define WASI_RIGHT_FD_FILESTAT_GET WASI_RIGHT(21)
#define WASI_RIGHT_FD_FILESTAT_SET_SIZE WASI_RIGHT(22)
#define WASI_RIGHT_FD_FILESTAT_SET_TIMES WASI_RIGHT(23)
#define WASI_RIGHT_PATH_SYMLINK WASI_RIGHT(24)
#define WASI_RIGHT_PATH_REMOVE_DIRECTORY WASI_RIGHT(25)
#define WASI_RIGHT_PATH_UNLINK_FILE WASI_RIGHT(26)
#define WASI_RIGHT_POLL_FD_READWRITE WASI_RIGHT(27)
#define WASI_RIGHTS_ALL (WASI_RIGHT(30) - 1)

/* What can be done with a file at all, and with a directory. */
#define WASI_RIGHTS_BOTH                                                                                         \
    (WASI_RIGHT_FD_DATASYNC | WASI_RIGHT_FD_FDSTAT_SET_FLAGS | WASI_RIGHT_FD_SYNC | WASI_RIGHT_FD_FILESTAT_GET | \
     WASI_RIGHT_FD_FILESTAT_SET_TIMES)
#define WASI_RIGHTS_FILE                                                                                      \
    (WASI_RIGHTS_BOTH | WASI_RIGHT_FD_ADVISE | WASI_RIGHT_FD_READ | WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL | \
     WASI_RIGHT_FD_WRITE | WASI_RIGHT_FD_ALLOCATE | WASI_RIGHT_FD_FILESTAT_SET_SIZE | WASI_RIGHT_POLL_FD_READWRITE)
#define WASI_RIGHTS_DIRECTORY                                                                                          \
    (WASI_RIGHTS_BOTH | WASI_RIGHT_PATH_CREATE_DIRECTORY | WASI_RIGHT_PATH_CREATE_FILE | WASI_RIGHT_PATH_LINK_SOURCE | \
     WASI_RIGHT_PATH_LINK_TARGET | WASI_RIGHT_PATH_OPEN | WASI_RIGHT_FD_READDIR | WASI_RIGHT_PATH_READLINK |           \
     WASI_RIGHT_PATH_RENAME_SOURCE | WASI_RIGHT_PATH_RENAME_TARGET | WASI_RIGHT_PATH_FILESTAT_GET |                    \
     WASI_RIGHT_PATH_FILESTAT_SET_SIZE | WASI_RIGHT_PATH_FILESTAT_SET_TIMES | WASI_RIGHT_PATH_SYMLINK |                \
     WASI_RIGHT_PATH_REMOVE_DIRECTORY | WASI_RIGHT_PATH_UNLINK_FILE)

#define WASI_FDFLAG_APPEND 1u
#define WASI_FDFLAG_DSYNC 2u
#define WASI_FDFLAG_NONBLOCK 4u
#define WASI_FDFLAG_RSYNC 8u
#define WASI_FDFLAG_SYNC 16u
#define WASI_FDFLAGS_ALL 31u

#define WASI_LOOKUP_SYMLINK_FOLLOW 1u

#define WASI_OFLAG_CREAT 1u
#define WASI_OFLAG_DIRECTORY 2u
#define WASI_OFLAG_EXCL 4u
#define WASI_OFLAG_TRUNC 8u
#define WASI_OFLAGS_ALL 15u

#define WASI_FSTFLAG_ATIM 1u
#define WASI_FSTFLAG_ATIM_NOW 2u
#define WASI_FSTFLAG_MTIM 4u
#define WASI_FSTFLAG_MTIM_NOW 8u
#define WASI_FSTFLAGS_ALL 15u

#define WASI_ADVICE_MAX 5u

enum wasi_whence { WASI_WHENCE_SET = 0, WASI_WHENCE_CUR = 1, WASI_WHENCE_END = 2 };

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

/* Behind each comes its name, without a NUL. */
struct wasi_dirent {
    uint64_t next; /* the cookie to go on with */
    uint64_t inode;
    uint32_t name_bytes;
    uint8_t filetype;
    uint8_t pad[3];
};
_Static_assert(sizeof(struct wasi_dirent) == 24, "witx: dirent");

struct wasi_prestat {
    uint32_t tag; /* 0: a directory */
    uint32_t name_bytes;
};
_Static_assert(sizeof(struct wasi_prestat) == 8, "witx: prestat");

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

/* Of wasi_unstable, which came before: two structs that were laid out otherwise, and another order of whence.
 * Source: WebAssembly/WASI, phases/old/snapshot_0/witx/typenames.witx. */
struct wasi_unstable_filestat {
    uint64_t device;
    uint64_t inode;
    uint8_t filetype;
    uint8_t pad[3];
    uint32_t n_links;
    uint64_t size;
    uint64_t accessed_ns;
    uint64_t modified_ns;
    uint64_t changed_ns;
};
_Static_assert(sizeof(struct wasi_unstable_filestat) == 56, "witx: filestat of snapshot_0");

struct wasi_unstable_subscription {
    uint64_t userdata;
    uint8_t type;
    uint8_t pad_1[7];
    union {
        uint32_t fd;
        uint64_t identifier; /* of a clock; it is not used */
    } of;
    uint32_t clock;
    uint32_t pad_2;
    uint64_t timeout_ns;
    uint64_t precision_ns;
    uint16_t clock_flags;
    uint8_t pad_3[6];
};
_Static_assert(sizeof(struct wasi_unstable_subscription) == 56, "witx: subscription of snapshot_0");

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
