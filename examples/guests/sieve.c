/* sieve [N]: how many primes there are up to N (20,000,000).
 *
 * The sieve of Eratosthenes, on odd numbers only and in segments: one stretch of numbers after the other is crossed
 * out, each small enough to stay in the processor's cache. So memory does not grow with N, and the work is spread
 * evenly, which lets the program say truthfully how far it is: "progress 0.25" on standard error, about 50 times.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_DEFAULT 20000000u
#define N_MAX 4000000000u
#define ROOT_MAX 63246u     /* the root of N_MAX, rounded up */
#define PRIMES_MAX 6400u    /* there are 6,337 odd primes up to ROOT_MAX */
#define SEGMENT_ODDS 32768u /* one byte for each odd number: 32 KiB, what a first-level cache holds */
#define PROGRESS_LINES 50u

struct sieve {
    uint32_t primes[PRIMES_MAX]; /* the odd primes up to the root of N */
    uint64_t next[PRIMES_MAX];   /* of each one: the next odd multiple that is to be crossed out */
    uint32_t n_primes;
};

/* Finds the primes that the segments are sieved with, by trying: there are few. */
static void find_small_primes(struct sieve *sieve, uint64_t n)
{
    for (uint32_t candidate = 3; (uint64_t)candidate * candidate <= n; candidate += 2) {
        bool is_prime = true;
        for (uint32_t i = 0; is_prime && i < sieve->n_primes; i++) {
            uint32_t prime = sieve->primes[i];
            if (prime * prime > candidate) break;
            is_prime = candidate % prime != 0;
        }
        if (!is_prime) continue;
        sieve->primes[sieve->n_primes] = candidate;
        /* Smaller multiples have a smaller prime factor, and are crossed out by that one. */
        sieve->next[sieve->n_primes++] = (uint64_t)candidate * candidate;
    }
}

/* Counts the primes among the odd numbers low, low + 2, … below high. */
static uint32_t count_segment(struct sieve *sieve, uint64_t low, uint64_t high)
{
    static uint8_t composite[SEGMENT_ODDS];
    uint32_t n_odds = (uint32_t)((high - low + 1) / 2), count = 0;
    memset(composite, 0, n_odds);
    for (uint32_t i = 0; i < sieve->n_primes; i++) {
        uint64_t at = (sieve->next[i] - low) / 2; /* as an index: from one odd multiple to the next it is one prime */
        for (; at < n_odds; at += sieve->primes[i]) composite[at] = 1;
        sieve->next[i] = low + at * 2;
    }
    for (uint32_t i = 0; i < n_odds; i++) count += !composite[i];
    return count;
}

static uint32_t count_primes(uint64_t n)
{
    static struct sieve sieve;
    if (n < 2) return 0;
    find_small_primes(&sieve, n);
    uint32_t count = 1, n_reported = 0; /* 2 is the one that is not odd */
    for (uint64_t low = 3; low <= n; low += SEGMENT_ODDS * 2) {
        uint64_t high = low + SEGMENT_ODDS * 2;
        if (high > n + 1) high = n + 1;
        count += count_segment(&sieve, low, high);
        uint32_t reached = (uint32_t)(high * PROGRESS_LINES / (n + 1));
        if (reached == n_reported) continue;
        n_reported = reached;
        fprintf(stderr, "progress %.2f\n", (double)reached / PROGRESS_LINES);
    }
    return count;
}

/* A whole number up to N_MAX, and nothing else. */
static bool parse_number(const char *text, uint64_t *number)
{
    *number = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9') return false;
        *number = *number * 10 + (uint64_t)(*c - '0');
        if (*number > N_MAX) return false;
    }
    return *text != '\0';
}

int main(int argc, char **argv)
{
    uint64_t n = N_DEFAULT;
    if (argc > 2 || (argc == 2 && !parse_number(argv[1], &n))) {
        fprintf(stderr, "usage: sieve [N], where N is a whole number up to %u\n", N_MAX);
        return 2;
    }
    printf("%lu\n", (unsigned long)count_primes(n));
    return fflush(stdout) == 0 ? 0 : 1;
}
