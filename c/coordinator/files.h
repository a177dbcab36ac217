/* Files for the coordinator's script: it fills volumes and reads them, through memory that it asks for here.
 *
 * Paths are relative to the volume's root, as fs/fs.h has them; `.` is the root. All return 0, a count, or a negative
 * enum pool_error; none ever sleeps, and what lacks memory that the pool may not have is POOL_ENOMEM.
 */
#ifndef MILLRACE_COORDINATOR_FILES_H
#define MILLRACE_COORDINATOR_FILES_H

#include "core/layout.h"

/* Memory of `size` bytes, with what was in `old` as far as it fits; 0 bytes: none, and `old` is freed. NULL: there is
 * none, and `old` stays. */
uint8_t *files_memory(uint8_t *old, uint32_t size);

/* Makes a volume; 0 for a limit means none. */
int files_make(struct pool *pool, double max_bytes, double max_nodes, uint32_t *volume_out);

/* Lets go of it: it is gone when no job uses it any more. */
int files_drop(struct pool *pool, uint32_t volume);

/* Makes a directory, and those above it. One that is there already is fine. */
int files_make_directory(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes);

/* Makes an empty file, or empties the one that is there, and makes the directories above it. */
int files_begin(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes);

/* Writes all of it into a file that is there. */
int files_write(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double offset, uint8_t *data,
                uint32_t size);

/* Reads from a file: how much. */
int32_t files_read(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double offset,
                   uint8_t *data, uint32_t size);

struct files_stat {
    uint32_t kind; /* enum node_kind */
    double size;
    double modified_ms;
};
int files_stat(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, bool follow,
               struct files_stat *stat_out);

/* An entry of a directory. Its name follows; the next entry is `bytes` further. */
struct files_entry {
    double cookie; /* to go on behind it */
    struct files_stat stat;
    uint32_t name_bytes;
    uint32_t bytes;
};

/* Puts the entries behind `cookie` (0: from the first on) into `out`, as many as fit: their bytes, 0 at the end. An
 * entry takes 304 bytes at most. */
int32_t files_list(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double cookie,
                   uint8_t *out, uint32_t size);

/* Makes a symlink, and the directories above it. */
int files_symlink(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, const char *target,
                  uint32_t target_bytes);

/* How long its target is, of which as much as fits is copied. */
int32_t files_readlink(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, char *out,
                       uint32_t size);

/* As rename(2). */
int files_rename(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, const char *to,
                 uint32_t to_bytes);

/* Removes a name, and all that is in it if it is a directory's. */
int files_remove(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes);

#endif
