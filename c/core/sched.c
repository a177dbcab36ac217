/* The run queues by priority, and choosing which idle worker to wake. */
#include "core/sched.h"

#include "core/check.h"

void pool__sched_init(struct sched *sched)
{
    for (uint32_t i = 0; i < PRIORITIES; i++) pool__queue_init(&sched->queues[i]);
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) atomic_init(&sched->x_states[i], 0);
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_looking); i++) atomic_init(&sched->x_looking[i], 0);
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_leaving); i++) atomic_init(&sched->x_leaving[i], 0);
    atomic_init(&sched->x_target, 0);
    atomic_init(&sched->x_floor, 0);
    atomic_init(&sched->x_live, 0);
    atomic_init(&sched->x_retire, 0);
}

bool pool__sched_push(struct sched *sched, pool_job_t job, uint32_t priority)
{
    POOL_ASSERT(priority < PRIORITIES);
    return pool__queue_push(&sched->queues[priority], job);
}

bool pool__sched_has_more(struct sched *sched)
{
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        if (pool__queue_has_more(&sched->queues[i])) return true;
    }
    return false;
}

bool pool__sched_pop(struct sched *sched, pool_job_t *job_out)
{
    static const uint8_t order[PRIORITIES] = {POOL_PRIORITY_HIGH, POOL_PRIORITY_NORMAL, POOL_PRIORITY_LOW};
    for (uint32_t i = 0; i < PRIORITIES; i++) {
        if (pool__queue_pop(&sched->queues[order[i]], job_out)) return true;
    }
    return false;
}

/* False: it was in. */
static bool put_in(_Atomic uint32_t *x_words, uint32_t worker)
{
    uint32_t bit = 1u << (worker - 1) % 32;
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    return !(atomic_fetch_or(&x_words[(worker - 1) / 32], bit) & bit);
}

/* Most words are 0, and few processors count bits by themselves. */
static uint32_t count_bits(uint32_t word)
{
    return word ? (uint32_t)__builtin_popcount(word) : 0;
}

static void add(_Atomic uint32_t *x_words, uint32_t worker)
{
    bool is_new = put_in(x_words, worker);
    POOL_ASSERT(is_new); /* only the worker itself puts itself in */
    (void)is_new;
}

static void take_out(_Atomic uint32_t *x_words, uint32_t worker)
{
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    atomic_fetch_and(&x_words[(worker - 1) / 32], ~(1u << (worker - 1) % 32));
}

/* Bits of `x_states`. */
static uint64_t awake_bit(uint32_t worker)
{
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    return UINT64_C(1) << (worker - 1) % 32;
}

static uint64_t idle_bit(uint32_t worker)
{
    return awake_bit(worker) << 32;
}

static _Atomic uint64_t *state_of(struct sched *sched, uint32_t worker)
{
    return &sched->x_states[(worker - 1) / 32];
}

void pool__sched_set_idle(struct sched *sched, uint32_t worker)
{
    uint64_t before = atomic_fetch_or(state_of(sched, worker), idle_bit(worker));
    POOL_ASSERT(!(before & idle_bit(worker))); /* only the worker itself puts itself in */
    (void)before;
}

void pool__sched_clear_idle(struct sched *sched, uint32_t worker)
{
    atomic_fetch_and(state_of(sched, worker), ~idle_bit(worker));
}

bool pool__sched_is_idle(const struct sched *sched, uint32_t worker)
{
    return atomic_load(&sched->x_states[(worker - 1) / 32]) & idle_bit(worker);
}

uint32_t pool__sched_count_idle(const struct sched *sched)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) {
        n += count_bits((uint32_t)(atomic_load(&sched->x_states[i]) >> 32));
    }
    return n;
}

void pool__sched_set_looking(struct sched *sched, uint32_t worker)
{
    (void)put_in(sched->x_looking, worker);
}

void pool__sched_clear_looking(struct sched *sched, uint32_t worker)
{
    take_out(sched->x_looking, worker);
}

bool pool__sched_is_watched(const struct sched *sched)
{
    uint32_t any = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_looking); i++) any |= atomic_load(&sched->x_looking[i]);
    return any;
}

void pool__sched_set_awake(struct sched *sched, uint32_t worker)
{
    atomic_fetch_or(state_of(sched, worker), awake_bit(worker));
}

void pool__sched_clear_awake(struct sched *sched, uint32_t worker)
{
    atomic_fetch_and(state_of(sched, worker), ~awake_bit(worker));
}

uint32_t pool__sched_count_awake(const struct sched *sched)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) {
        n += count_bits((uint32_t)atomic_load_explicit(&sched->x_states[i], memory_order_relaxed));
    }
    return n;
}

uint32_t pool__sched_count_free(const struct sched *sched)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) {
        uint64_t word = atomic_load(&sched->x_states[i]);
        n += count_bits((uint32_t)word | (uint32_t)(word >> 32));
    }
    return n;
}

/* It is marked before it takes the order: who counts in between sees one too many that leaves, and orders too few. */
bool pool__sched_retire(struct sched *sched, uint32_t worker)
{
    uint32_t orders = atomic_load(&sched->x_retire);
    if (!orders) return false;
    add(sched->x_leaving, worker);
    while (orders) {
        if (atomic_compare_exchange_weak(&sched->x_retire, &orders, orders - 1)) return true;
    }
    take_out(sched->x_leaving, worker);
    return false;
}

void pool__sched_has_left(struct sched *sched, uint32_t worker)
{
    take_out(sched->x_leaving, worker);
}

uint32_t pool__sched_count_leaving(const struct sched *sched)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_leaving); i++) n += count_bits(atomic_load(&sched->x_leaving[i]));
    return n;
}

/* Claims the lowest idle worker of one word, which is awake from then on: its bit's number + 1; 0: none. */
static uint32_t claim_idle(_Atomic uint64_t *x_word)
{
    uint64_t word = atomic_load(x_word);
    while (word >> 32) {
        uint32_t number = (uint32_t)__builtin_ctz((uint32_t)(word >> 32)) + 1;
        uint64_t claimed = (word & ~idle_bit(number)) | awake_bit(number);
        if (atomic_compare_exchange_weak(x_word, &word, claimed)) return number;
    }
    return 0;
}

static bool is_any_idle(const struct sched *sched)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) any |= atomic_load(&sched->x_states[i]);
    return any >> 32;
}

/* While all work, nobody touches what others write: the ends of the queues. */
uint32_t pool__sched_pick(struct sched *sched)
{
    if (!is_any_idle(sched) || !pool__sched_has_more(sched)) return 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(sched->x_states); i++) {
        uint32_t worker = claim_idle(&sched->x_states[i]);
        if (worker) return i * 32 + worker;
    }
    return 0;
}
