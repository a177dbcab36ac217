/* Names that a program may well have of its own: those of pool.h (for a library with another prefix), and those that
 * the library's files have among themselves. Were one not hidden, this would not link. */
int pool_create(int number);
int pool_destroy(int number);
int client_take(int number);
int coordinator_tick(int number);
int worker_next(int number);
int port_wait(int number);

#define OWN(name)          \
    int name(int number)   \
    {                      \
        return number + 1; \
    }

#ifdef OWN_POOL
OWN(pool_create)
OWN(pool_destroy)
#endif
OWN(client_take)
OWN(coordinator_tick)
OWN(worker_next)
OWN(port_wait)
