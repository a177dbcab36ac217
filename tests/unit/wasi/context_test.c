/* wasi/context.c: what a guest begins with, and its descriptors. */
#include "wasi/context.h"

#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/volumes.h"

static struct fd_table table;
static struct wasi_context context;

static void begin(const struct pool_job_config *config)
{
    memset(&table, 0xee, sizeof table); /* what another guest has left */
    table.n_used = 0;
    context = (struct wasi_context){.table = &table, .exited = true, .exit_code = 7};
    running_job_begin(config);
    wasi_context_init(&context, &running.sleeper, running.job);
}

static int teardown(void **state)
{
    pool__fds_close_all(running.pool, &table);
    return running_job_teardown(state);
}

static void guest_begins_with_its_arguments_and_environment(void **state)
{
    (void)state;
    static const char *const args[] = {"prog", "", "two words", NULL}, *const env[] = {"A=1", "B=", NULL};
    begin(&(struct pool_job_config){.argv = args, .envp = env});
    assert_int_equal(context.args.n, 3);
    assert_int_equal(context.args.size, 16);
    assert_memory_equal(context.args.data, "prog\0\0two words", 16);
    assert_int_equal(context.env.n, 2);
    assert_int_equal(context.env.size, 7);
    assert_memory_equal(context.env.data, "A=1\0B=", 7);
}

static void guest_without_a_record_has_nothing(void **state)
{
    (void)state;
    running_job_begin_bare();
    context = (struct wasi_context){.table = &table};
    wasi_context_init(&context, &running.sleeper, running.job);
    assert_int_equal(context.args.n | context.args.size | context.env.n | context.env.size, 0);
    assert_int_equal(table.n_used, 3);
}

static void guest_knows_nothing_of_the_one_before(void **state)
{
    (void)state;
    begin(&(struct pool_job_config){0});
    assert_false(context.exited);
    assert_int_equal(context.exit_code, 0);
    assert_ptr_equal(context.job, running.job);
    assert_null(wasi_fd_of(&context, 3));
    int32_t fd = wasi_fd_free(&context);
    assert_int_equal(fd, 3);
    assert_false(pool__fd_is_open(&table.fds[fd])); /* though there had been something */
}

/* What can be done with each of the three follows from what it is connected to. */
static void stdio_has_the_rights_that_its_kind_has(void **state)
{
    (void)state;
    static const uint64_t all =
        WASI_RIGHT_FD_FDSTAT_SET_FLAGS | WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_POLL_FD_READWRITE;
    begin(&(struct pool_job_config){
        .stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_CAPTURE, 0}}, .input = "x", .input_bytes = 1});
    static const uint64_t rights[] = {WASI_RIGHT_FD_READ, WASI_RIGHT_FD_WRITE,
                                      WASI_RIGHT_FD_READ | WASI_RIGHT_FD_WRITE};
    static const enum stream_kind kinds[] = {STREAM_INPUT, STREAM_CAPTURE, STREAM_NULL};
    for (uint32_t fd = 0; fd < 3; fd++) {
        assert_non_null(wasi_fd_of(&context, fd));
        assert_int_equal(wasi_fd_of(&context, fd)->stream.kind, kinds[fd]);
        assert_int_equal(wasi_fd_of(&context, fd)->rights_base, all | rights[fd]);
        assert_int_equal(wasi_fd_of(&context, fd)->rights_inheriting, 0);
        assert_int_equal(wasi_fd_of(&context, fd)->flags, 0);
    }
}

/* Whatever they are connected to, and no other stream. */
static void terminal_is_said_to_be_one(void **state)
{
    (void)state;
    for (uint32_t tty = 0; tty < 2; tty++) {
        if (tty) running_job_end();
        begin(&(struct pool_job_config){.tty = tty, .stdio[1].kind = POOL_STDIO_CAPTURE});
        for (uint32_t fd = 0; fd < 3; fd++) assert_int_equal(wasi_fd_of(&context, fd)->tty, tty);
        int32_t other = wasi_fd_open(&context, (struct stream){.kind = STREAM_READER});
        assert_int_equal(other, 3);
        assert_false(wasi_fd_of(&context, 3)->tty);
        *wasi_fd_of(&context, 3) = (struct fs_fd){0};
    }
}

static pool_volume_t make_volume(void)
{
    pool_volume_t volume;
    assert_int_equal(pool__volume_make(&running.sleeper, 0, 0, &volume), 0);
    return volume;
}

static void directories_are_open_from_3_on_in_their_order(void **state)
{
    (void)state;
    pool_volume_t one = make_volume(), two = make_volume();
    struct pool_preopen preopens[] = {{one, "/", false}, {two, "/data", true}, {one, "again", false}};
    begin(&(struct pool_job_config){.preopens = preopens, .n_preopens = 3});
    for (uint32_t i = 0; i < 3; i++) {
        const struct fs_fd *fd = wasi_fd_of(&context, 3 + i);
        assert_non_null(fd);
        assert_string_equal(fd->preopen, preopens[i].path);
        assert_ptr_equal(fd->file.volume, pool__volume_at(running.pool, preopens[i].volume));
        assert_int_equal(fd->file.read_only, preopens[i].read_only);
        assert_int_equal(fd->kind, NODE_DIRECTORY);
        assert_int_equal(fd->rights_base, WASI_RIGHTS_DIRECTORY);
        assert_int_equal(fd->rights_inheriting, WASI_RIGHTS_ALL);
    }
    assert_null(wasi_fd_of(&context, 6));
    assert_int_equal(pool__volume_drop(running.pool, one), 0);
    assert_int_equal(pool__volume_drop(running.pool, two), 0);
    pool__fds_close_all(running.pool, &table);
    running_job_end();
    while (pool__volumes_sweep(running.pool) == 1) continue;
}

static void broken_directory_is_left_out(void **state)
{
    (void)state;
    pool_volume_t broken = make_volume(), whole = make_volume();
    struct pool_preopen preopens[] = {{broken, "broken", false}, {whole, "whole", false}};
    pool__volume_at(running.pool, broken)->is_broken = 1;
    begin(&(struct pool_job_config){.preopens = preopens, .n_preopens = 2});
    assert_string_equal(wasi_fd_of(&context, 3)->preopen, "whole"); /* no number is left out */
    assert_null(wasi_fd_of(&context, 4));
    pool__volume_at(running.pool, broken)->is_broken = 0; /* so that it can be freed */
    pool__fds_close_all(running.pool, &table);
    running_job_end();
    assert_int_equal(pool__volume_drop(running.pool, broken), 0);
    assert_int_equal(pool__volume_drop(running.pool, whole), 0);
}

static void number_that_is_not_open_is_no_descriptor(void **state)
{
    (void)state;
    begin(&(struct pool_job_config){0});
    static const uint32_t numbers[] = {3, WASI_FDS_MAX - 1, WASI_FDS_MAX, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++) assert_null(wasi_fd_of(&context, numbers[i]));
    wasi_fd_of(&context, 1)->stream.kind = STREAM_CLOSED;
    assert_null(wasi_fd_of(&context, 1));
}

static void lowest_free_number_is_opened(void **state)
{
    (void)state;
    struct stream reader = {.kind = STREAM_READER};
    begin(&(struct pool_job_config){0});
    assert_int_equal(wasi_fd_open(&context, reader), 3);
    assert_int_equal(wasi_fd_open(&context, reader), 4);
    wasi_fd_of(&context, 0)->stream.kind = STREAM_CLOSED;
    wasi_fd_of(&context, 3)->stream.kind = STREAM_CLOSED;
    assert_int_equal(wasi_fd_open(&context, reader), 0);
    assert_true(wasi_fd_of(&context, 0)->rights_base & WASI_RIGHT_FD_READ);
    assert_false(wasi_fd_of(&context, 0)->rights_base & WASI_RIGHT_FD_WRITE);
    assert_int_equal(wasi_fd_open(&context, reader), 3);
    assert_int_equal(wasi_fd_open(&context, reader), 5);
}

static void numbers_end_and_begin_again_where_one_is_closed(void **state)
{
    (void)state;
    struct stream writer = {.kind = STREAM_WRITER};
    begin(&(struct pool_job_config){0});
    for (int32_t fd = 3; fd < (int32_t)WASI_FDS_MAX; fd++) assert_int_equal(wasi_fd_open(&context, writer), fd);
    assert_int_equal(wasi_fd_open(&context, writer), -1);
    assert_int_equal(wasi_fd_free(&context), -1);
    wasi_fd_of(&context, WASI_FDS_MAX - 1)->stream.kind = STREAM_CLOSED;
    assert_int_equal(wasi_fd_open(&context, writer), WASI_FDS_MAX - 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, running_job_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(guest_begins_with_its_arguments_and_environment), CASE(guest_without_a_record_has_nothing),
        CASE(guest_knows_nothing_of_the_one_before),           CASE(stdio_has_the_rights_that_its_kind_has),
        CASE(directories_are_open_from_3_on_in_their_order),   CASE(broken_directory_is_left_out),
        CASE(number_that_is_not_open_is_no_descriptor),        CASE(lowest_free_number_is_opened),
        CASE(numbers_end_and_begin_again_where_one_is_closed), CASE(terminal_is_said_to_be_one),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
