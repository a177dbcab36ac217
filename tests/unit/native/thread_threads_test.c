/* native/thread.c: what the pool's threads are called. */
#include <sched.h>
#include <stdio.h>

#include "native/native.h"
#include "support/prelude.h"
#include "support/threads.h"

static struct native native_side;
static _Atomic uint32_t x_may_go;

static void *wait_to_go(void *argument)
{
    THREAD_CHECK(argument == &native_side);
    while (!atomic_load(&x_may_go)) sched_yield();
    return NULL;
}

/* What the system calls a thread of a pool with this name. */
static void assert_called(const char *name, const char *suffix, const char *expected)
{
    pthread_t thread;
    char shown[32];
    native_side = (struct native){0};
    memcpy(native_side.name, name, strlen(name));
    atomic_store(&x_may_go, 0);
    assert_int_equal(pool__thread_start(&native_side, &thread, suffix, wait_to_go, &native_side), 0);
    assert_int_equal(pthread_getname_np(thread, shown, sizeof shown), 0);
    atomic_store(&x_may_go, 1);
    assert_null(thread_join(thread));
    assert_string_equal(shown, expected);
}

static void name_is_the_pools_and_the_suffix(void **state)
{
    (void)state;
    assert_called("thumbs", "1", "thumbs-1");
    assert_called("thumbs", "calls", "thumbs-calls");
    assert_called("thumbs", "coord", "thumbs-coord");
    assert_called("m", "127", "m-127");
    assert_called("%s%n", "1", "%s%n-1"); /* no format */
}

static void name_that_is_long_is_cut_and_the_suffix_never(void **state)
{
    (void)state;
    assert_called("a-name-of-13b", "1", "a-name-of-13b-1");
    assert_called("a-name-of-14-b", "1", "a-name-of-14--1");
    assert_called("the name of a pool", "127", "the name of-127");
    assert_called("the name of a pool", "coord", "the name -coord");
    char longest[POOL_NAME_MAX_BYTES + 1] = {0};
    memset(longest, 'x', POOL_NAME_MAX_BYTES);
    assert_called(longest, "12", "xxxxxxxxxxxx-12");
}

static void no_character_is_cut_in_two(void **state)
{
    (void)state;
    assert_called("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", "12",
                  "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc-12");
    assert_called("x\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", "12",
                  "x\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6-12");
    assert_called("\xf0\x9f\x92\xa1\xf0\x9f\x92\xa1\xf0\x9f\x92\xa1\xf0\x9f\x92\xa1", "1",
                  "\xf0\x9f\x92\xa1\xf0\x9f\x92\xa1\xf0\x9f\x92\xa1-1");
}

static int setup(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){0});
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_is_the_pools_and_the_suffix),
        cmocka_unit_test(name_that_is_long_is_cut_and_the_suffix_never),
        cmocka_unit_test(no_character_is_cut_in_two),
    };
    return cmocka_run_group_tests_name("thread_threads", tests, setup, NULL);
}
