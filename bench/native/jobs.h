/* The native rows about jobs, each way in a file of its own: N_THREADS threads run a function that adds one to a number. */
#ifndef BENCH_JOBS_H
#define BENCH_JOBS_H

enum { N_THREADS = 2, IN_FLIGHT = 512 };

/* How many jobs a figure is of: set once, before anything is measured. */
extern int n_sequential;
extern int n_in_flight;

/* Microseconds for each job: from its submission until it is known to have ended, before the next; and with IN_FLIGHT of
 * them submitted and not known to have ended at any time. */
double pool_one_at_a_time(void);
double pool_in_flight(void);
double queue_one_at_a_time(void);
double queue_in_flight(void);
double uv_one_at_a_time(void);
double uv_in_flight(void);

/* Makes and ends what all of the figures of one way use. */
void pool_start(void);
void pool_end(void);
void queue_start(void);
void queue_end(void);

#endif
