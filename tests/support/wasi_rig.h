/* One running guest without a worker around it: a pool, a job with three pipes, and the guest's memory. */
#ifndef MILLRACE_TESTS_WASI_RIG_H
#define MILLRACE_TESTS_WASI_RIG_H

#include "wasi/wasi.h"

#define RIG_BYTES (256u * 1024) /* of the guest's memory */
#define RIG_PIPE_BYTES 256u

struct wasi_rig {
    struct pool *pool;
    struct wasi_context *c;
    struct job *job;
    pool_job_t handle;
    /* the other ends of the guest's three */
    pool_fd_t stdin_writer;
    pool_fd_t stdout_reader;
    pool_fd_t stderr_reader;
    pool_volume_t volume; /* what the guest knows as RIG_PATH, descriptor RIG_DIRECTORY; 0: it was given none */
};

#define RIG_PATH "/data"
#define RIG_DIRECTORY 3u

extern struct wasi_rig rig;

/* cmocka setup and teardown. The arguments are `prog`, `one`, ``; the environment `A=1`, `B=`. */
int wasi_rig_setup(void **state);
int wasi_rig_setup_high(void **state);      /* with a memory that ends at 2^32 */
int wasi_rig_setup_plain(void **state);     /* with no arguments, no environment and no pipes */
int wasi_rig_setup_files(void **state);     /* as the first, with a volume */
int wasi_rig_setup_read_only(void **state); /* the volume cannot be written, and has `file` ("content") and `dir` */
int wasi_rig_teardown(void **state);

#define WASI_CASE(test) cmocka_unit_test_setup_teardown(test, wasi_rig_setup, wasi_rig_teardown)
#define WASI_CASE_HIGH(test)                                                  \
    {                                                                         \
#test "_at_4_gib", test, wasi_rig_setup_high, wasi_rig_teardown, NULL \
    }
#define WASI_CASE_FILES(test) cmocka_unit_test_setup_teardown(test, wasi_rig_setup_files, wasi_rig_teardown)
#define WASI_CASE_READ_ONLY(test) cmocka_unit_test_setup_teardown(test, wasi_rig_setup_read_only, wasi_rig_teardown)
#define WASI_CASE_PLAIN(test) cmocka_unit_test_setup_teardown(test, wasi_rig_setup_plain, wasi_rig_teardown)

/* The guest returns, and another begins. */
void wasi_rig_next_guest(void);

/* Tries `call` with every kind of bad address for `size` bytes: it must be WASI_EFAULT and write nothing. Then with one
 * that ends exactly where the memory ends: it must be `expected`. */
void check_pointer(uint32_t (*call)(uint32_t address), uint32_t size, uint32_t expected);

/* Only the bad ones. `unchanged` is called after each and fails if there was an effect. */
void check_bad_pointers(uint32_t (*call)(uint32_t address), uint32_t size, void (*unchanged)(void));

/* An address that is not in the guest's memory, whatever the size; none that ends at 2^32. */
uint32_t bad_address(void);

/* The end of the memory, less `size`. */
uint32_t last_address(uint32_t size);

/* What a test of files begins with: a path in the guest's memory, an open file or directory with all rights (`oflags`:
 * WASI_OFLAG_*), and a file that is written whole. */
struct rig_path {
    uint32_t at;
    uint32_t size;
};
struct rig_path rig_path(const char *path);
uint32_t rig_open(uint32_t directory, const char *path, uint32_t oflags);
void rig_make_file(const char *path, const char *content);
void rig_make_directory(const char *path);

/* The errno of opening a path: 0, and it is closed again. */
uint32_t rig_open_errno(const char *path, uint32_t oflags);

/* A guest's buffer, an iovec for it, and a place for how many bytes were moved, which holds none yet. All that the guest had
 * taken before is given back. */
struct rig_buffer {
    uint32_t n;
    uint32_t data;
    uint32_t iov;
};
struct rig_buffer rig_buffer(uint32_t size);

/* Exactly these bytes come out at the other end of stdout. */
void rig_expect_output(const char *text);

void rig_set_nonblock(uint32_t fd);

/* Wishes the guest's job ended. */
void rig_cancel(void);

#endif
