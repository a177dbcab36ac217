/* worker/import_call.c: a guest's call of an import that the host serves. The test is the host as well: it takes each
 * question while the guest waits, at a look at the clock, and gives the next of the answers that were prepared.
 */
#include "worker/import_call.h"

#include "client/client.h"
#include "core/handle.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

#define NUMBER 3u /* of the import */
#define ANSWERS_MAX 8u
#define BEHIND_MAX 512u

/* What the host says to a question, and what it saw. */
struct turn {
    struct import_answer answer;
    uint8_t behind[BEHIND_MAX];
    uint32_t behind_bytes;
    int32_t status; /* instead of all that */
    bool cancels;   /* the job, instead of answering */
    struct import_question question;
    uint8_t asked[BEHIND_MAX];
    uint32_t asked_bytes;
};

static struct pool *pool;
static pool_job_t job;
static struct turn turns[ANSWERS_MAX];
static uint32_t n_turns, n_taken;

static void take(const struct client_call *call, struct turn *turn)
{
    assert_int_equal(call->name_bytes, 0);
    assert_int_equal(call->job, job);
    assert_in_range(call->size_bytes, sizeof turn->question, sizeof turn->question + BEHIND_MAX);
    memcpy(&turn->question, call->data, sizeof turn->question);
    turn->asked_bytes = call->size_bytes - (uint32_t)sizeof turn->question;
    memcpy(turn->asked, call->data + sizeof turn->question, turn->asked_bytes);
}

static void say(const struct client_call *call, const struct turn *turn)
{
    uint8_t bytes[sizeof turn->answer + BEHIND_MAX];
    memcpy(bytes, &turn->answer, sizeof turn->answer);
    memcpy(bytes + sizeof turn->answer, turn->behind, turn->behind_bytes);
    uint32_t size = turn->status ? 0 : (uint32_t)sizeof turn->answer + turn->behind_bytes;
    assert_int_equal(pool_reply(pool, call->call, turn->status, bytes, size), 0);
}

static void answer_meanwhile(void)
{
    struct client_call call;
    for (uint32_t slot = 0; slot < 4; slot++) {
        if (client_call(pool, slot, &call)) continue;
        assert_in_range(n_taken, 0, n_turns - 1);
        struct turn *turn = &turns[n_taken++];
        take(&call, turn);
        if (turn->cancels)
            assert_int_equal(pool_cancel(pool, job), 0);
        else
            say(&call, turn);
    }
}

static int setup(void **state)
{
    if (test_worker_setup(state)) return -1;
    pool = *state;
    assert_int_equal(client_join(pool, false), 0);
    job = test_submit(pool, 1);
    test_worker_begin(1);
    import_buffer()->failure = (struct import_failure){0};
    assert_int_equal(worker_enter(), 0);
    memset(turns, 0, sizeof turns);
    n_turns = n_taken = 0;
    pool->n_cores = 4; /* so that it looks before it sleeps */
    fake.step_ns = MS_NS / 10;
    fake.on_look = answer_meanwhile;
    return 0;
}

static int teardown(void **state)
{
    fake.on_look = NULL;
    if (test_worker_state(pool, 1) == WORKER_GUEST) test_worker_return(0);
    assert_int_equal(test_free_calls(pool), POOL_CALLS_MAX); /* nothing is left of any conversation */
    return test_worker_teardown(state);
}

static struct turn *will(uint32_t kind)
{
    assert_in_range(n_turns, 0, ANSWERS_MAX - 1);
    turns[n_turns].answer.kind = kind;
    return &turns[n_turns++];
}

static void answer_with(const struct pool_value *values, uint32_t n)
{
    struct turn *turn = will(IMPORT_RETURNS);
    turn->behind_bytes = n * (uint32_t)sizeof *values;
    if (n) memcpy(turn->behind, values, turn->behind_bytes);
}

/* The host wants something of the guest's memory, and then the import returns nothing. */
static struct turn *will_ask(uint32_t kind, uint32_t address, uint32_t size, uint32_t whole)
{
    struct turn *turn = will(kind);
    turn->answer.address = address;
    turn->answer.size = size;
    turn->answer.whole = whole;
    return turn;
}

static void values_go_to_the_host_and_results_come_back(void **state)
{
    (void)state;
    struct import_buffer *buffer = import_buffer();
    const struct pool_value given[2] = {{.type = POOL_I32, .of.i32 = -5}, {.type = POOL_F64, .of.f64 = 0.5}};
    const struct pool_value results[2] = {{.type = POOL_I64, .of.i64 = INT64_MIN}, {.type = POOL_F32, .of.f32 = 1.5f}};
    memcpy(buffer->values, given, sizeof given);
    buffer->values[2] = (struct pool_value){.type = POOL_I64};
    buffer->values[3] = (struct pool_value){.type = POOL_F32};
    answer_with(results, 2);
    assert_int_equal(import_call(NUMBER, 2, 2), 2);
    assert_memory_equal(&buffer->values[2], results, sizeof results);
    assert_int_equal(turns[0].question.kind, IMPORT_CALL);
    assert_int_equal(turns[0].question.number, NUMBER);
    assert_int_equal(turns[0].question.n_values, 2);
    assert_int_equal(turns[0].question.n_results, 2);
    assert_int_equal(turns[0].asked_bytes, 4 * sizeof given[0]);
    assert_memory_equal(turns[0].asked, given, sizeof given);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_int_equal(buffer->failure.kind, 0);
}

static void untyped_results_are_what_the_host_gives(void **state)
{
    (void)state;
    const struct pool_value results[2] = {{.type = POOL_F64, .of.f64 = 7}, {.type = POOL_I64, .of.i64 = 8}};
    for (uint32_t n = 0; n <= 2; n++) {
        answer_with(results, n);
        assert_int_equal(import_call(NUMBER, 0, IMPORT_UNTYPED), n);
        assert_memory_equal(import_buffer()->values, results, n * sizeof results[0]);
        assert_int_equal(turns[n].question.n_results, IMPORT_UNTYPED);
    }
}

static void host_reads_writes_and_measures_the_memory(void **state)
{
    (void)state;
    uint32_t at = fake_guest_put("abcdef", 6);
    will_ask(IMPORT_READ, at, 3, 6);
    struct turn *writes = will_ask(IMPORT_WRITE, at + 1, 2, 2);
    memcpy(writes->behind, "XY", 2);
    writes->behind_bytes = 2;
    will_ask(IMPORT_MEASURE, 0, 0, 0);
    will_ask(IMPORT_READ, at, 6, 6);
    answer_with(NULL, 0);
    assert_int_equal(import_call(NUMBER, 0, 0), 0);
    assert_int_equal(n_taken, 5);
    for (uint32_t i = 1; i < 5; i++) assert_int_equal(turns[i].question.kind, IMPORT_GRANTED);
    assert_int_equal(turns[1].asked_bytes, 3);
    assert_memory_equal(turns[1].asked, "abc", 3);
    assert_int_equal(turns[2].asked_bytes, 0);
    assert_int_equal(turns[3].question.n_pages, TEST_GUEST_BYTES / IMPORT_PAGE_BYTES);
    assert_memory_equal(turns[4].asked, "aXYdef", 6);
}

static void what_is_not_all_in_the_memory_is_denied_whole(void **state)
{
    (void)state;
    static const struct {
        uint32_t address, size, whole;
    } wrong[] = {
        {TEST_GUEST_BYTES, 1, 1},     {TEST_GUEST_BYTES - 4, 4, 5}, {UINT32_MAX, 1, 1},
        {UINT32_MAX, 2, UINT32_MAX},  {4, 4, UINT32_MAX},           {4, 4, 3},
        {TEST_GUEST_BYTES + 1, 0, 0},
    };
    uint8_t before = *fake_guest_at(TEST_GUEST_BYTES - 4);
    for (uint32_t i = 0; i < COUNT_OF(wrong); i++) {
        for (uint32_t kind = IMPORT_READ; kind <= IMPORT_WRITE; kind++) {
            n_turns = n_taken = 0;
            memset(turns, 0, sizeof turns);
            struct turn *turn = will_ask(kind, wrong[i].address, wrong[i].size, wrong[i].whole);
            if (kind == IMPORT_WRITE) turn->behind_bytes = wrong[i].size;
            memset(turn->behind, 0xee, turn->behind_bytes);
            answer_with(NULL, 0);
            ROUND("%u, kind %u", i, kind);
            import_call(NUMBER, 0, 0);
            assert_int_equal(turns[1].question.kind, IMPORT_DENIED);
            assert_int_equal(turns[1].question.n_pages, TEST_GUEST_BYTES / IMPORT_PAGE_BYTES);
            assert_int_equal(turns[1].asked_bytes, 0);
        }
    }
    assert_int_equal(*fake_guest_at(TEST_GUEST_BYTES - 4), before);
}

/* The import fails in that way, and the job ends as trapped. */
static void expect_failure(uint32_t kind, int32_t status)
{
    assert_unwinds(import_call(NUMBER, 0, 0));
    const struct import_failure *failure = &import_buffer()->failure;
    assert_int_equal(failure->kind, kind);
    assert_int_equal(failure->number, NUMBER);
    assert_int_equal(failure->status, status);
    worker_leave();
    assert_int_equal(worker_left_by(), 0); /* by itself: it trapped */
    worker_end(POOL_TRAPPED, POOL_TRAP_IMPORT, 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_TRAPPED);
}

static void failure_of_the_host_unwinds_with_its_text(void **state)
{
    (void)state;
    struct turn *turn = will(IMPORT_FAILS);
    memcpy(turn->behind, "why", 3);
    turn->behind_bytes = 3;
    expect_failure(IMPORT_FAILED, POOL_EIO);
    assert_int_equal(import_buffer()->failure.text_bytes, 3);
    assert_memory_equal(import_buffer()->text, "why", 3);
}

static void status_instead_of_an_answer_unwinds(void **state)
{
    (void)state;
    will(0)->status = POOL_EDQUOT;
    expect_failure(IMPORT_NOT_CARRIED, POOL_EDQUOT);
}

static void results_of_another_type_or_number_unwind(void **state)
{
    (void)state;
    const struct pool_value result = {.type = POOL_F64};
    answer_with(&result, 1);
    expect_failure(IMPORT_NOT_CARRIED, POOL_EPROTO);
}

static void answer_that_is_none_unwinds(void **state)
{
    (void)state;
    will(77);
    expect_failure(IMPORT_NOT_CARRIED, POOL_EPROTO);
}

static void write_of_other_bytes_than_it_says_unwinds(void **state)
{
    (void)state;
    will_ask(IMPORT_WRITE, 0, 4, 4)->behind_bytes = 3;
    expect_failure(IMPORT_NOT_CARRIED, POOL_EPROTO);
}

static void cancel_while_the_guest_waits_unwinds_it(void **state)
{
    (void)state;
    will_ask(IMPORT_MEASURE, 0, 0, 0);
    will(0)->cancels = true;
    assert_unwinds(import_call(NUMBER, 0, 0));
    assert_int_equal(import_buffer()->failure.kind, 0);
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    fake.on_look = NULL;
    for (uint32_t slot = 0; slot < 4; slot++) { /* as the host comes to it: it was taken, and is answered */
        pool_call_t call = pool__handle_of_call(slot, pool__call_generation(&pool->calls[slot]));
        if (pool__call_state(&pool->calls[slot]) == CALL_TAKEN) {
            assert_int_equal(pool_reply(pool, call, POOL_ECANCELED, NULL, 0), 0);
        }
    }
}

static void import_that_is_missing_unwinds(void **state)
{
    (void)state;
    assert_unwinds((import_missing(NUMBER), 0));
    assert_int_equal(import_buffer()->failure.kind, IMPORT_MISSING);
    assert_int_equal(import_buffer()->failure.number, NUMBER);
    worker_leave();
    assert_int_equal(worker_left_by(), 0);
    worker_end(POOL_TRAPPED, POOL_TRAP_IMPORT, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_go_to_the_host_and_results_come_back),
        CASE(untyped_results_are_what_the_host_gives),
        CASE(host_reads_writes_and_measures_the_memory),
        CASE(what_is_not_all_in_the_memory_is_denied_whole),
        CASE(failure_of_the_host_unwinds_with_its_text),
        CASE(status_instead_of_an_answer_unwinds),
        CASE(results_of_another_type_or_number_unwind),
        CASE(answer_that_is_none_unwinds),
        CASE(write_of_other_bytes_than_it_says_unwinds),
        CASE(cancel_while_the_guest_waits_unwinds_it),
        CASE(import_that_is_missing_unwinds),
    };
    return cmocka_run_group_tests_name("import_call", tests, NULL, NULL);
}
