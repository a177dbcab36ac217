/* Rounds: every variant once in each, in the reverse order every other round, and the values as JSON. */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>

/* One way of doing something. `run` does it once, checks its results, and returns the figure. */
struct variant {
    const char *label;
    double (*run)(void);
};

/* What is compared: the first of the variants is ours. The list ends with a label of NULL. */
struct row {
    const char *name;
    const char *about;
    const char *unit;
    bool higher_is_better;
    const struct variant *variants;
};

/* Seconds of a clock that only goes forward. */
double seconds(void);

/* Ends the program with a message unless it is so: a benchmark of wrong results is worth nothing. */
void must(bool is_so, const char *what);

/* Measures the rows and writes them to stdout as a JSON array. */
void measure_rows(const struct row *rows, size_t n_rows, int n_rounds);

#endif
