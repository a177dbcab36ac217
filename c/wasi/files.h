/* Between the files of this folder: descriptors of volumes, and what is asked of them. */
#ifndef MILLRACE_WASI_FILES_H
#define MILLRACE_WASI_FILES_H

#include "wasi/context.h"

/* A descriptor that is open for what needs all of `rights`: WASI_EBADF, WASI_ENOTCAPABLE. Of a volume: WASI_ESPIPE. A
 * file: a directory is WASI_EBADF. A directory: anything else is WASI_ENOTDIR. */
uint32_t wasi_node_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct wasi_fd **fd_out);
uint32_t wasi_file_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct wasi_fd **fd_out);
uint32_t wasi_directory_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct wasi_fd **fd_out);

uint8_t wasi_filetype_of(uint32_t kind);
/* Writes it as a guest of wasi_snapshot_preview1 has it, or one of wasi_unstable. */
typedef uint32_t wasi_stat_writer(struct wasi_context *c, uint32_t stat_out, const struct wasi_filestat *stat);
wasi_stat_writer wasi_write_stat, wasi_write_unstable_stat;
struct wasi_filestat wasi_filestat_of(const struct fs_stat *stat);

/* file.c: at the descriptor's offset, which moves on. */
int wasi_file_read(struct wasi_context *c, struct wasi_fd *fd, struct cursor *cursor);
int wasi_file_write(struct wasi_context *c, struct wasi_fd *fd, struct cursor *cursor);

/* What WASI_FSTFLAG_* make of two times: as pool__fs_set_times takes them; WASI_EINVAL. */
uint32_t wasi_times_of(uint32_t flags, uint64_t *accessed_ns, uint64_t *modified_ns);

#endif
