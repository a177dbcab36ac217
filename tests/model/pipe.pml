/* The pipe and the bell: c/core/pipe.c, c/core/bell.c and pool__sleep_on_pipe in c/sync/sleep.c, step for step.
 *
 * A writer sends LENGTH bytes through a ring of CAPACITY and closes; a reader takes them, may go away at any moment, and
 * both sleep whenever they can do nothing. Every access to shared memory is one step, so every interleaving is tried.
 * Checked: nobody sleeps for ever (an invalid end state), every byte arrives once and in its order, end of file comes
 * after the last byte.
 *
 * What must be found when it is broken: -DNO_SECOND_LOOK (sleep without looking again after announcing),
 * -DLOOK_BEFORE_PUBLISH (look for the announcement, then move the counter), -DSILENT_CLOSE (close wakes nobody),
 * -DENDS_LAST (the reader looks at the counters before it looks whether the writer is gone), -DHALF_ONLY (a writer is
 * not woken before half of the ring is free, though its write could return).
 */
#ifndef CAPACITY
#define CAPACITY 2
#endif
#define LENGTH 6
#ifdef HALF_ONLY
#define ENOUGH (2 * (CAPACITY - (x_tail - x_head)) >= CAPACITY)
#else
#define ENOUGH (2 * (CAPACITY - (x_tail - x_head)) >= CAPACITY || CAPACITY - (x_tail - x_head) >= x_wants)
#endif
#define READER 0
#define WRITER 1

byte ring[CAPACITY];
byte x_tail, x_head;
bool x_waits[2];      /* x_reader_waits, x_writer_waits */
byte x_wants;         /* x_writer_wants */
bool open[2] = true;  /* x_ends */
byte x_count[2];      /* the bells */
byte x_armed[2] = 255;
bool asleep[2];       /* the platform's list of those who sleep in port_wait */

/* pool__bell_arm: two steps, the load and the store */
inline arm(me, seen)
{
    seen = x_count[me];
    x_armed[me] = seen
}

/* pool__bell_disarm */
inline disarm(me, seen)
{
    seen = x_count[me];
    x_armed[me] = seen - 1
}

/* port_wait: compares and goes to sleep in one step, as a futex does */
inline wait_on(me, seen)
{
    atomic {
        if
        :: x_count[me] == seen -> asleep[me] = true
        :: else
        fi
    }
    !asleep[me]
}

/* pool__bell_ring, then port_wake */
inline ring_bell(peer, seen)
{
    seen = x_armed[peer];
    if
    :: x_count[peer] == seen ->
        atomic {
            if
            :: x_count[peer] == seen -> x_count[peer] = seen + 1
            :: else -> seen = x_count[peer] /* the exchange failed: somebody else has rung */
            fi
        }
        asleep[peer] = false
    :: else
    fi
}

/* What whoever has moved a counter or closed an end does: look for the announcement, then ring */
inline wake(peer, seen)
{
    if
    :: x_waits[peer] -> ring_bell(peer, seen)
    :: else
    fi
}

active proctype writer()
{
    byte sent, seen;
    do
    :: sent < LENGTH ->
        if
        :: !open[READER] -> break                                        /* EPIPE */
        :: open[READER] ->
            if
            :: (x_tail - x_head) < CAPACITY ->                           /* pool__pipe_write_status: 1 */
                ring[x_tail % CAPACITY] = sent;
                sent++;
#ifdef LOOK_BEFORE_PUBLISH
                wake(READER, seen);
                x_tail++
#else
                x_tail++;                                                /* pool__pipe_commit publishes */
                wake(READER, seen)
#endif
            :: else ->
                x_wants = LENGTH - sent;                                 /* pool__pipe_announce */
                x_waits[WRITER] = true;
                do
                :: arm(WRITER, seen);
#ifndef NO_SECOND_LOOK
                    if
                    :: !open[READER] -> break
                    :: (x_tail - x_head) < CAPACITY -> break
                    :: else
                    fi;
#endif
                    wait_on(WRITER, seen);
                    if
                    :: !open[READER] || (x_tail - x_head) < CAPACITY -> break
                    :: else
                    fi
                od;
                x_waits[WRITER] = false;
                disarm(WRITER, seen)
            fi
        fi
    :: else -> break
    od;
    if                                                                   /* it may wait for an answer before it closes, */
    :: true -> x_head == LENGTH || !open[READER]                         /* so closing must not be what wakes the reader */
    :: true
    fi;
    open[WRITER] = false;                                                /* pool__pipe_close */
#ifndef SILENT_CLOSE
    wake(READER, seen)
#endif
}

active proctype reader()
{
    byte got, seen;
    bool writer_open;
    do
    :: true -> open[READER] = false; break                               /* it may go at any moment */
    :: true ->
#ifdef ENDS_LAST
        if
        :: x_tail != x_head -> goto take
        :: else -> writer_open = open[WRITER]
        fi;
#else
        writer_open = open[WRITER];                                      /* the ends first, then the counters */
        if
        :: x_tail != x_head -> goto take
        :: else
        fi;
#endif
        if
        :: !writer_open -> assert(got == LENGTH); open[READER] = false; break   /* end of file */
        :: else ->
            x_waits[READER] = true;
            do
            :: arm(READER, seen);
#ifndef NO_SECOND_LOOK
                if
                :: !open[WRITER] -> break
                :: x_tail != x_head -> break
                :: else
                fi;
#endif
                wait_on(READER, seen);
                if
                :: !open[WRITER] || x_tail != x_head -> break
                :: else
                fi
            od;
            x_waits[READER] = false;
            disarm(READER, seen)
        fi;
        goto next;
take:   assert(ring[x_head % CAPACITY] == got);
        got++;
        x_head++;                                                        /* pool__pipe_consume: wakes when half is free, */
        if                                                               /* or as much as the writer wants */
        :: ENOUGH -> wake(WRITER, seen)
        :: else
        fi;
        if                                                               /* it may read on only after the write has returned, */
        :: LENGTH - got <= CAPACITY -> x_tail == LENGTH || !open[WRITER] /* if all of it fits */
        :: true
        fi;
next:   skip
    od;
    wake(WRITER, seen)
}
