/* wasi_unstable, where it is not what wasi_snapshot_preview1 is: its whence and its filestat. */
#include "wasi/files.h"
#include "wasi/wasi.h"

uint32_t wasi_write_stat(struct wasi_context *c, uint32_t stat_out, const struct wasi_filestat *stat)
{
    return c->guest.write(stat_out, stat, sizeof *stat);
}

uint32_t wasi_write_unstable_stat(struct wasi_context *c, uint32_t stat_out, const struct wasi_filestat *stat)
{
    struct wasi_unstable_filestat old = {.device = stat->device,
                                         .inode = stat->inode,
                                         .filetype = stat->filetype,
                                         .n_links = (uint32_t)stat->n_links,
                                         .size = stat->size,
                                         .accessed_ns = stat->accessed_ns,
                                         .modified_ns = stat->modified_ns,
                                         .changed_ns = stat->changed_ns};
    return c->guest.write(stat_out, &old, sizeof old);
}

uint32_t wasi_unstable_fd_seek(struct wasi_context *c, uint32_t number, int64_t offset, uint32_t whence,
                               uint32_t offset_out)
{
    static const uint32_t today[] = {WASI_WHENCE_CUR, WASI_WHENCE_END, WASI_WHENCE_SET};
    return wasi_fd_seek(c, number, offset, whence < 3 ? today[whence] : whence, offset_out);
}
