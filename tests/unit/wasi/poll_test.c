/* poll_oneoff. The fake clock goes on by 0.1 ms at each look. */
#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"
#include "sync/wake.h"

#define IN_BYTES sizeof(struct wasi_subscription)
#define OUT_BYTES sizeof(struct wasi_event)
#define MANY 8u

static uint32_t in_at, out_at, n_at, n_in;

static void place(void)
{
    fake_guest_reset();
    in_at = fake_guest_new(MANY * IN_BYTES);
    out_at = fake_guest_new(MANY * OUT_BYTES);
    n_at = fake_guest_put("\xee\xee\xee\xee", 4);
    n_in = 0;
}

static void subscribe(struct wasi_subscription subscription)
{
    subscription.userdata = 0x1122334400000000u + n_in;
    memcpy(fake_guest_at(in_at + n_in++ * (uint32_t)IN_BYTES), &subscription, IN_BYTES);
}

static void subscribe_clock(uint32_t clock, uint64_t timeout_ns, uint16_t flags)
{
    subscribe((struct wasi_subscription){
        .type = WASI_EVENT_CLOCK, .clock_or_fd = clock, .timeout_ns = timeout_ns, .clock_flags = flags});
}

static void subscribe_fd(uint8_t type, uint32_t fd)
{
    subscribe((struct wasi_subscription){.type = type, .clock_or_fd = fd});
}

static uint32_t poll(void)
{
    return wasi_poll_oneoff(rig.c, in_at, out_at, n_in, n_at);
}

static struct wasi_event event_at(uint32_t i)
{
    struct wasi_event event;
    memcpy(&event, fake_guest_at(out_at + i * (uint32_t)OUT_BYTES), OUT_BYTES);
    return event;
}

static void expect_events(uint32_t n)
{
    assert_int_equal(poll(), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), n);
}

/* Event `i` is that of subscription `which`. */
static struct wasi_event expect_event(uint32_t i, uint32_t which, uint16_t error)
{
    struct wasi_event event = event_at(i);
    assert_int_equal(event.userdata, 0x1122334400000000u + which);
    assert_int_equal(event.error, error);
    return event;
}

static void poll_of_nothing_is_einval(void **state)
{
    (void)state;
    place();
    assert_int_equal(poll(), WASI_EINVAL);
}

static void poll_of_a_clock_waits_that_long(void **state)
{
    (void)state;
    place();
    subscribe_clock(WASI_CLOCK_MONOTONIC, 3 * MS_NS, 0);
    uint64_t begin = fake.now_ns;
    expect_events(1);
    assert_in_range(fake.now_ns - begin, 3 * MS_NS, 5 * MS_NS);
    assert_int_equal(expect_event(0, 0, WASI_SUCCESS).type, WASI_EVENT_CLOCK);
}

static void poll_of_a_clock_with_timeout_0_returns_at_once(void **state)
{
    (void)state;
    place();
    subscribe_clock(WASI_CLOCK_REALTIME, 0, 0);
    uint64_t begin = fake.now_ns;
    expect_events(1);
    assert_true(fake.now_ns - begin < MS_NS);
}

static void poll_of_an_absolute_time_waits_until_then(void **state)
{
    (void)state;
    for (uint32_t clock = WASI_CLOCK_REALTIME; clock <= WASI_CLOCK_MONOTONIC; clock++) {
        place();
        uint64_t begin = fake.now_ns, offset = clock == WASI_CLOCK_REALTIME ? FAKE_REALTIME_NS : 0;
        subscribe_clock(clock, begin + offset + 2 * MS_NS, WASI_SUBSCRIPTION_CLOCK_ABSTIME);
        expect_events(1);
        assert_in_range(fake.now_ns - begin, 2 * MS_NS, 4 * MS_NS);
    }
}

static void poll_of_an_absolute_time_in_the_past_returns_at_once(void **state)
{
    (void)state;
    static const uint64_t times[] = {0, 1, FAKE_BEGIN_NS - 1, FAKE_BEGIN_NS};
    for (uint32_t i = 0; i < COUNT_OF(times); i++) {
        place();
        uint64_t begin = fake.now_ns;
        subscribe_clock(WASI_CLOCK_MONOTONIC, times[i], WASI_SUBSCRIPTION_CLOCK_ABSTIME);
        expect_events(1);
        assert_true(fake.now_ns - begin < MS_NS);
    }
}

static void poll_of_two_clocks_gives_the_earliest_only(void **state)
{
    (void)state;
    place();
    subscribe_clock(WASI_CLOCK_MONOTONIC, (uint64_t)3600000 * MS_NS, 0);
    subscribe_clock(WASI_CLOCK_REALTIME, 2 * MS_NS, 0);
    subscribe_clock(WASI_CLOCK_MONOTONIC, UINT64_MAX, 0);
    subscribe_clock(WASI_CLOCK_MONOTONIC, UINT64_MAX, WASI_SUBSCRIPTION_CLOCK_ABSTIME);
    expect_events(1);
    expect_event(0, 1, WASI_SUCCESS);
}

static void poll_of_a_clock_that_nobody_has_is_an_event_with_an_error(void **state)
{
    (void)state;
    place();
    subscribe_clock(WASI_CLOCK_PROCESS_CPUTIME, 1, 0);
    subscribe_clock(WASI_CLOCK_THREAD_CPUTIME, 1, 0);
    subscribe_clock(4, 1, 0);
    subscribe_clock(UINT32_MAX, 1, 0);
    expect_events(4);
    expect_event(0, 0, WASI_ENOTSUP);
    expect_event(1, 1, WASI_ENOTSUP);
    expect_event(2, 2, WASI_EINVAL);
    expect_event(3, 3, WASI_EINVAL);
}

static void poll_of_a_pipe_with_bytes_tells_how_many(void **state)
{
    (void)state;
    place();
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, "abc", 3), 3);
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    subscribe_fd(WASI_EVENT_FD_WRITE, 1);
    expect_events(2);
    struct wasi_event event = expect_event(0, 0, WASI_SUCCESS);
    assert_int_equal(event.type, WASI_EVENT_FD_READ);
    assert_int_equal(event.n_bytes, 3);
    assert_int_equal(event.flags, 0);
    event = expect_event(1, 1, WASI_SUCCESS);
    assert_int_equal(event.type, WASI_EVENT_FD_WRITE);
    assert_int_equal(event.n_bytes, RIG_PIPE_BYTES);
    assert_int_equal(event.flags, 0);
}

static void poll_of_a_closed_pipe_is_a_hangup(void **state)
{
    (void)state;
    place();
    assert_int_equal(pool_close(rig.pool, rig.stdin_writer), 0);
    assert_int_equal(pool_close(rig.pool, rig.stdout_reader), 0);
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    subscribe_fd(WASI_EVENT_FD_WRITE, 1);
    expect_events(2);
    for (uint32_t i = 0; i < 2; i++) {
        struct wasi_event event = expect_event(i, i, WASI_SUCCESS);
        assert_int_equal(event.flags, WASI_EVENT_HANGUP);
        assert_int_equal(event.n_bytes, 0);
    }
}

static void poll_of_a_closed_pipe_with_bytes_left_is_no_hangup_yet(void **state)
{
    (void)state;
    place();
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, "a", 1), 1);
    assert_int_equal(pool_close(rig.pool, rig.stdin_writer), 0);
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    expect_events(1);
    assert_int_equal(event_at(0).flags, 0);
    assert_int_equal(event_at(0).n_bytes, 1);
}

static void poll_of_a_pipe_whose_writer_failed_is_eio(void **state)
{
    (void)state;
    place();
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, "a", 1), 1);
    assert_int_equal(pool_abort_write(rig.pool, rig.stdin_writer), 0);
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    expect_events(1);
    assert_int_equal(expect_event(0, 0, WASI_SUCCESS).n_bytes, 1);
    pool__pipe_consume(wasi_fd_of(rig.c, 0)->stream.pipe, 1);
    expect_events(1);
    assert_int_equal(expect_event(0, 0, WASI_EIO).flags, WASI_EVENT_HANGUP);
}

static void poll_of_stdio_of_nothing_is_ready(void **state)
{
    (void)state;
    place();
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    subscribe_fd(WASI_EVENT_FD_WRITE, 1);
    expect_events(2);
    assert_int_equal(expect_event(0, 0, WASI_SUCCESS).flags, WASI_EVENT_HANGUP);
    assert_int_equal(expect_event(1, 1, WASI_SUCCESS).flags, 0);
}

static void poll_of_a_bad_descriptor_is_an_event_with_ebadf(void **state)
{
    (void)state;
    place();
    subscribe_fd(WASI_EVENT_FD_READ, 3);
    subscribe_fd(WASI_EVENT_FD_READ, UINT32_MAX);
    subscribe_fd(WASI_EVENT_FD_READ, 1);
    subscribe_fd(WASI_EVENT_FD_WRITE, 0);
    expect_events(4);
    for (uint32_t i = 0; i < 4; i++) expect_event(i, i, WASI_EBADF);
}

static void poll_of_a_bad_type_is_einval(void **state)
{
    (void)state;
    for (uint32_t type = 3; type < 256; type += 84) {
        place();
        subscribe_clock(WASI_CLOCK_MONOTONIC, 0, 0);
        subscribe_fd((uint8_t)type, 0);
        assert_int_equal(poll(), WASI_EINVAL);
        assert_int_equal(fake_guest_u32(n_at), 0xeeeeeeee);
    }
}

static void poll_with_a_timeout_on_a_silent_pipe_gives_the_clock_only(void **state)
{
    (void)state;
    place();
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    subscribe_clock(WASI_CLOCK_MONOTONIC, 2 * MS_NS, 0);
    expect_events(1);
    expect_event(0, 1, WASI_SUCCESS);
    assert_int_equal(atomic_load(&rig.c->table->fds[0].stream.pipe->x_reader_waits),
                     0); /* the announcement is taken back */
    assert_false(pool__bell_ring(&rig.pool->bells[rig.c->sleeper->waiter]));
}

static uint32_t looks_left, announced;

/* Whoever feeds the guest comes between two looks at the clock. */
static void feed_meanwhile(void)
{
    if (looks_left-- > 0) return;
    fake.on_look = NULL;
    announced = atomic_load(&rig.c->table->fds[0].stream.pipe->x_reader_waits);
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, "x", 1), 1);
}

/* Two looks to begin with, one in the first round, one in the round after arming: behind that of the pipe, so that only
 * its announcement keeps the guest from sleeping for an hour. */
static void poll_notices_bytes_that_come_at_any_look(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 4; n++) {
        place();
        subscribe_fd(WASI_EVENT_FD_READ, 0);
        subscribe_clock(WASI_CLOCK_MONOTONIC, n < 3 ? (uint64_t)3600000 * MS_NS : 50 * MS_NS, 0);
        looks_left = n;
        fake.on_look = feed_meanwhile;
        expect_events(1);
        expect_event(0, 0, WASI_SUCCESS);
        assert_int_equal(announced, n < 3 ? 0 : rig.c->sleeper->waiter);
        uint32_t data = fake_guest_new(1), iov = fake_guest_iovec(data, 1);
        assert_int_equal(wasi_fd_read(rig.c, 0, iov, 1, n_at), WASI_SUCCESS);
    }
}

static void poll_of_a_cancelled_job_is_ecanceled_when_it_would_sleep(void **state)
{
    (void)state;
    place();
    rig_cancel();
    subscribe_fd(WASI_EVENT_FD_READ, 0);
    assert_int_equal(poll(), WASI_ECANCELED);
    place();
    subscribe_clock(WASI_CLOCK_MONOTONIC, UINT64_MAX, 0);
    assert_int_equal(poll(), WASI_ECANCELED);
    assert_int_equal(fake_guest_u32(n_at), 0xeeeeeeee);
}

static uint32_t poll_with_in(uint32_t address)
{
    return wasi_poll_oneoff(rig.c, address, out_at, 2, n_at);
}
static uint32_t poll_with_out(uint32_t address)
{
    return wasi_poll_oneoff(rig.c, in_at, address, 2, n_at);
}
static uint32_t poll_with_n(uint32_t address)
{
    return wasi_poll_oneoff(rig.c, in_at, out_at, 2, address);
}

static void poll_checks_every_pointer(void **state)
{
    (void)state;
    place();
    subscribe_clock(WASI_CLOCK_MONOTONIC, 0, 0);
    subscribe_clock(WASI_CLOCK_MONOTONIC, 0, 0);
    check_pointer(poll_with_in, 2 * IN_BYTES, WASI_SUCCESS); /* zeroed memory: clocks of timeout 0 */
    check_pointer(poll_with_out, 2 * OUT_BYTES, WASI_SUCCESS);
    check_pointer(poll_with_n, 4, WASI_SUCCESS);
}

static void poll_of_more_than_fits_into_the_memory_is_efault(void **state)
{
    (void)state;
    static const uint32_t counts[] = {RIG_BYTES / 48 + 1, 1u << 27, 89478486, 1u << 28, 1u << 31, UINT32_MAX};
    place();
    for (uint32_t i = 0; i < COUNT_OF(counts); i++) {
        assert_int_equal(wasi_poll_oneoff(rig.c, in_at, out_at, counts[i], n_at), WASI_EFAULT);
    }
    assert_int_equal(fake_guest_written(), 0);
}

/* Events over the subscriptions are the guest's own damage: nothing outside its memory is touched. */
static void poll_with_events_over_the_subscriptions_stays_inside(void **state)
{
    (void)state;
    for (uint32_t offset = 0; offset < 2 * IN_BYTES; offset += 8) {
        place();
        for (uint32_t i = 0; i < 4; i++) subscribe_fd(WASI_EVENT_FD_WRITE, 1);
        uint32_t error = wasi_poll_oneoff(rig.c, in_at, in_at + offset, 4, n_at);
        assert_true(error == WASI_SUCCESS || error == WASI_EINVAL);
        if (error == WASI_SUCCESS) assert_in_range(fake_guest_u32(n_at), 1, 4);
    }
}

/* Of wasi_unstable: the clock's number comes behind an identifier of 64 bits that nobody uses. */
static void poll_of_unstable_guests_has_its_own_layout(void **state)
{
    (void)state;
    struct wasi_event events[2];
    rig_make_file("file", "0123456789");
    uint32_t file = rig_open(RIG_DIRECTORY, "file", 0), n_out = fake_guest_new(4);
    struct wasi_unstable_subscription in[] = {
        {.userdata = 1, .type = WASI_EVENT_CLOCK, .of = {.identifier = 9}, .clock = WASI_CLOCK_MONOTONIC},
        {.userdata = 2, .type = WASI_EVENT_FD_READ, .of = {.fd = file}}};
    uint32_t at = fake_guest_put(in, sizeof in), events_at = fake_guest_new(sizeof events);
    assert_int_equal(wasi_unstable_poll_oneoff(rig.c, at, events_at, 2, n_out), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_out), 2);
    memcpy(events, fake_guest_at(events_at), sizeof events);
    assert_int_equal(events[0].userdata, 1);
    assert_int_equal(events[1].userdata, 2);
    assert_int_equal(events[0].error | events[1].error, WASI_SUCCESS);
    assert_int_equal(events[1].n_bytes, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(poll_of_nothing_is_einval),
        WASI_CASE(poll_of_a_clock_waits_that_long),
        WASI_CASE(poll_of_a_clock_with_timeout_0_returns_at_once),
        WASI_CASE(poll_of_an_absolute_time_waits_until_then),
        WASI_CASE(poll_of_an_absolute_time_in_the_past_returns_at_once),
        WASI_CASE(poll_of_two_clocks_gives_the_earliest_only),
        WASI_CASE(poll_of_a_clock_that_nobody_has_is_an_event_with_an_error),
        WASI_CASE(poll_of_a_pipe_with_bytes_tells_how_many),
        WASI_CASE(poll_of_a_closed_pipe_is_a_hangup),
        WASI_CASE(poll_of_a_closed_pipe_with_bytes_left_is_no_hangup_yet),
        WASI_CASE(poll_of_a_pipe_whose_writer_failed_is_eio),
        WASI_CASE_PLAIN(poll_of_stdio_of_nothing_is_ready),
        WASI_CASE(poll_of_a_bad_descriptor_is_an_event_with_ebadf),
        WASI_CASE(poll_of_a_bad_type_is_einval),
        WASI_CASE(poll_with_a_timeout_on_a_silent_pipe_gives_the_clock_only),
        WASI_CASE(poll_notices_bytes_that_come_at_any_look),
        WASI_CASE(poll_of_a_cancelled_job_is_ecanceled_when_it_would_sleep),
        WASI_CASE(poll_checks_every_pointer),
        WASI_CASE_HIGH(poll_checks_every_pointer),
        WASI_CASE(poll_of_more_than_fits_into_the_memory_is_efault),
        WASI_CASE(poll_with_events_over_the_subscriptions_stays_inside),
        WASI_CASE_FILES(poll_of_unstable_guests_has_its_own_layout),
    };
    return cmocka_run_group_tests_name("wasi_poll", tests, NULL, NULL);
}
