/* chaos [--seed N] [--operations N | --seconds N]: chaos on this machine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chaos/native/seats.h"
#include "chaos/native/settle.h"
#include "support/threads.h"

#define HANG_S 120u /* no operation has ended for so long: they hang. This is no assertion about speed */
#define HARM_MS_MAX 20u

struct run {
    uint64_t seed;
    uint64_t operations; /* in all */
    double seconds;      /* instead of these; 0: not */
    uint32_t base;       /* number of the first operation of this round */
    uint32_t n;          /* how many there are in it */
    _Atomic uint32_t x_next;
    _Atomic uint32_t x_done; /* of the whole run: the watch looks whether it moves */
    _Atomic bool x_closed;   /* the pools are gone */
    _Atomic bool x_over;
    struct op ops[CHAOS_ROUND];
    uint32_t counts[64]; /* by kind */
};

static struct run run;

static void print_op(const struct op *op)
{
    fprintf(stderr, "seed %" PRIu64 ", operation %u, %s, pool %u, harm %u after %u ms, %u of %u callbacks\n", op->seed,
            op->number, op->kind->name, op->seat, (unsigned)op->harm, op->harm_ms, atomic_load(&op->x_called),
            op->owed);
}

_Noreturn void chaos_fail(const struct op *op, const char *what, int line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "FAILED: ");
    print_op(op);
    fprintf(stderr, "  line %d: %s: ", line, what);
    vfprintf(stderr, format, list);
    fprintf(stderr, "\n");
    va_end(list);
    abort();
}

void chaos_called(struct op *op)
{
    atomic_fetch_add(&op->x_called, 1);
}

/* ------------------------------------------------------------------------------------------------------- decisions */

static const struct kind *pick_kind(struct property *random)
{
    uint32_t total = 0;
    for (const struct kind *kind = chaos_kinds; kind->name; kind++) total += kind->weight;
    uint32_t at = property_below(random, total);
    const struct kind *kind = chaos_kinds;
    for (; at >= kind->weight; kind++) at -= kind->weight;
    return kind;
}

static void decide(struct op *op, uint32_t number)
{
    *op = (struct op){.seed = run.seed, .number = number};
    op->random = (struct property){run.seed * 0x9e3779b97f4a7c15u + number * 0xbf58476d1ce4e5b9u};
    op->kind = pick_kind(&op->random);
    op->seat = property_below(&op->random, CHAOS_SEATS);
    bool harmed = op->kind->endless || property_once_in(&op->random, 3);
    op->harm = harmed ? (enum harm)(1 + property_below(&op->random, N_HARMS - 1)) : HARM_NONE;
    op->harm_ms = property_once_in(&op->random, 2) ? 0 : property_below(&op->random, HARM_MS_MAX);
    sem_init(&op->called, 0, 0);
    seats_seat(op);
}

/* ------------------------------------------------------------------------------------------------------ the threads */

static void *carry_out(void *argument)
{
    for (;;) {
        uint32_t i = atomic_fetch_add(&run.x_next, 1);
        if (i >= run.n) return argument;
        run.ops[i].kind->run(&run.ops[i]);
        atomic_store(&run.ops[i].x_done, true);
        atomic_fetch_add(&run.x_done, 1);
    }
}

/* Ends the program when nothing ends any more, and says what is left. */
static void *watch(void *argument)
{
    uint32_t last = 0;
    for (uint32_t still_s = 0; !atomic_load(&run.x_over);) {
        chaos_pause(1000);
        uint32_t done = atomic_load(&run.x_done);
        still_s = done == last ? still_s + 1 : 0;
        last = done;
        if (still_s < HANG_S) continue;
        fprintf(stderr, "FAILED: seed %" PRIu64 ": these hang, or the pools do not come to rest:\n", run.seed);
        for (uint32_t i = 0; i < run.n && i < atomic_load(&run.x_next); i++) {
            if (!atomic_load(&run.ops[i].x_done)) print_op(&run.ops[i]);
        }
        if (!atomic_load(&run.x_closed)) seats_print();
        abort();
    }
    return argument;
}

/* Every callback came once; one that was replaced, once at most. */
static void check_callbacks(void)
{
    for (uint32_t i = 0; i < run.n; i++) {
        struct op *op = &run.ops[i];
        CHAOS_CHECK(op, atomic_load(&op->x_called) == op->owed, "callbacks");
        run.counts[op->kind - chaos_kinds]++;
        sem_destroy(&op->called);
    }
}

static void carry_out_round(void)
{
    pthread_t lanes[CHAOS_LANES];
    seats_begin_round();
    for (uint32_t i = 0; i < run.n; i++) decide(&run.ops[i], run.base + i);
    atomic_store(&run.x_next, 0);
    for (uint32_t i = 0; i < CHAOS_LANES; i++) lanes[i] = thread_start(carry_out, NULL);
    for (uint32_t i = 0; i < CHAOS_LANES; i++) thread_join(lanes[i]);
    seats_end_round();
    check_callbacks();
    run.base += run.n;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool goes_on(double begun)
{
    if (run.seconds > 0) return now_s() - begun < run.seconds;
    return run.base < run.operations;
}

static void read_arguments(int argc, char **argv)
{
    run.seed = (uint64_t)time(NULL);
    run.operations = 10 * CHAOS_ROUND;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) run.seed = strtoull(argv[i + 1], NULL, 0);
        if (!strcmp(argv[i], "--operations")) run.operations = strtoull(argv[i + 1], NULL, 0);
        if (!strcmp(argv[i], "--seconds")) run.seconds = strtod(argv[i + 1], NULL);
    }
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    printf("chaos: seed %" PRIu64 "\n", run.seed);
    fflush(stdout);
    double begun = now_s();
    pthread_t watcher = thread_start(watch, NULL); /* with the first, a sanitizer may start one of its own */
    struct footprint before = seats_footprint();
    seats_open();
    while (goes_on(begun)) {
        run.n = CHAOS_ROUND;
        carry_out_round();
    }
    atomic_store(&run.x_closed, true);
    seats_close();
    seats_check_footprint(before);
    atomic_store(&run.x_over, true);
    thread_join(watcher);
    for (const struct kind *kind = chaos_kinds; kind->name; kind++) {
        printf("%s %u, ", kind->name, run.counts[kind - chaos_kinds]);
    }
    printf("in all %u: ok\n", run.base);
    return 0;
}
