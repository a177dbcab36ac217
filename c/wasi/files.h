/* Between the files of this folder: descriptors of volumes, and what is asked of them. */
#ifndef MILLRACE_WASI_FILES_H
#define MILLRACE_WASI_FILES_H

#include "wasi/context.h"

/* Finds a descriptor that has all of `rights`: WASI_EBADF, WASI_ENOTCAPABLE. The first wants a file or directory of a
 * volume (WASI_ESPIPE: it is a stream), the second a file (WASI_EBADF: it is a directory), the third a directory
 * (WASI_ENOTDIR: it is anything else). */
uint32_t wasi_node_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out);
uint32_t wasi_file_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out);
uint32_t wasi_directory_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out);

uint8_t wasi_filetype_of(uint32_t kind);
/* Writes a stat in the layout of wasi_snapshot_preview1, or of wasi_unstable. */
typedef uint32_t wasi_stat_writer(struct wasi_context *c, uint32_t stat_out, const struct wasi_filestat *stat);
wasi_stat_writer wasi_write_stat, wasi_write_unstable_stat;
struct wasi_filestat wasi_filestat_of(const struct fs_stat *stat);

/* file.c: reading and writing at the descriptor's offset, which moves on. */
int wasi_file_read(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor);
int wasi_file_write(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor);

/* Applies WASI_FSTFLAG_* to two times, for pool__fs_set_times; WASI_EINVAL. */
uint32_t wasi_times_of(uint32_t flags, uint64_t *accessed_ns, uint64_t *modified_ns);

#endif
