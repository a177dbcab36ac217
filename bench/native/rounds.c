/* What rounds.h says. */
#include "rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { VARIANTS_MAX = 8, ROUNDS_MAX = 1000, WARMUPS = 1 };

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void must(bool is_so, const char *what)
{
    if (is_so) return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static size_t count(const struct variant *variants)
{
    size_t n = 0;
    while (variants[n].label) n++;
    return n;
}

static void write_cell(const char *label, const double *values, int n_values)
{
    printf("{\"label\": \"%s\", \"values\": [", label);
    for (int i = 0; i < n_values; i++) printf("%s%.5g", i > 0 ? ", " : "", values[i]);
    printf("]}");
}

static void write_row(const struct row *row, double values[][ROUNDS_MAX], size_t n_variants, int n_rounds)
{
    printf("{\"name\": \"%s\", \"about\": \"%s\", \"unit\": \"%s\", \"better\": \"%s\", \"ours\": ", row->name,
           row->about, row->unit, row->higher_is_better ? "higher" : "lower");
    write_cell("ours", values[0], n_rounds);
    printf(", \"rivals\": [");
    for (size_t i = 1; i < n_variants; i++) {
        if (i > 1) printf(", ");
        write_cell(row->variants[i].label, values[i], n_rounds);
    }
    printf("]}");
}

static void measure_row(const struct row *row, int n_rounds)
{
    static double values[VARIANTS_MAX][ROUNDS_MAX];
    size_t n = count(row->variants);
    must(n <= VARIANTS_MAX && n_rounds <= ROUNDS_MAX, "no room for so many figures");
    for (int round = -WARMUPS; round < n_rounds; round++) {
        for (size_t i = 0; i < n; i++) {
            size_t turn = round % 2 == 0 ? i : n - 1 - i;
            double value = row->variants[turn].run();
            if (round >= 0) values[turn][round] = value;
        }
    }
    write_row(row, values, n, n_rounds);
}

void measure_rows(const struct row *rows, size_t n_rows, int n_rounds)
{
    printf("[");
    for (size_t i = 0; i < n_rows; i++) {
        if (i > 0) printf(", ");
        measure_row(&rows[i], n_rounds);
    }
    printf("]");
}
