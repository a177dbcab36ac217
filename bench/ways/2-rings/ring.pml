/* naive-ring.mjs, step for step: one byte from a writer to a reader that sleeps when it finds nothing.
 *
 * The reader looks, and then says that it sleeps. Between the two the writer can publish, find the flag down, and wake
 * nobody. spin.sh has Spin find it.
 */
byte x_tail, x_head;
bool x_asleep;

active proctype reader()
{
    do
    :: x_tail != x_head -> x_head++; break            /* take */
    :: x_tail == x_head ->                            /* nothing there */
        x_asleep = true;                              /* sayAsleep */
        !x_asleep                                     /* Atomics.wait(ASLEEP, 1) */
    od
}

active proctype writer()
{
    x_tail++;                                         /* publish */
    if
    :: x_asleep -> x_asleep = false                   /* kick */
    :: else                                           /* nobody sleeps, so nobody is woken */
    fi
}
