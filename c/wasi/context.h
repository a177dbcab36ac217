/* One running guest, as WASI sees it: its memory, its arguments, its descriptors. */
#ifndef MILLRACE_WASI_CONTEXT_H
#define MILLRACE_WASI_CONTEXT_H

#include "core/layout.h"
#include "fs/table.h"
#include "sync/stream.h"
#include "wasi/guest.h"

#define WASI_FDS_MAX FDS_MAX

/* Strings one behind the other, each ended by a NUL. */
struct wasi_strings {
    const char *data;
    uint32_t size;
    uint32_t n;
};

struct wasi_context {
    struct wasi_guest guest;
    struct sleeper *sleeper;
    struct job *job; /* that it runs as */
    struct wasi_strings args;
    struct wasi_strings env;
    uint32_t exit_code; /* what proc_exit was given */
    bool exited;
    struct fd_table *table;
};

/* Makes a guest ready to run as `job`: its arguments, its descriptors 0 to 2, and from 3 on the directories that it is
 * given, without those that are broken. pre: `table` is set, and nothing is open in it. */
void wasi_context_init(struct wasi_context *context, struct sleeper *sleeper, struct job *job);

/* The open descriptor of that number; NULL: it is not open, WASI_EBADF. */
struct fs_fd *wasi_fd_of(struct wasi_context *context, uint32_t fd);

/* The lowest free number; the caller fills its slot. -1: all are in use. */
int32_t wasi_fd_free(struct wasi_context *context);

/* Opens the lowest free number for a stream: the number, or -1 if all are in use. */
int32_t wasi_fd_open(struct wasi_context *context, struct stream stream);

#endif
