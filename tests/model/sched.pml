/* Who is woken for a job: pool__wake_idle in c/sync/wake.c, and the loop of a worker in c/worker/worker.c, step for step.
 *
 * The client pushes JOBS jobs. Two workers take them; each looks for a while (as long as it likes) before it sleeps. The
 * first job goes on until the second has begun, so nobody may rely on a worker that runs one. Checked: every job is
 * begun (an invalid end state otherwise: the client waits for that).
 *
 * What must be found when it is broken: -DNO_LAST_LOOK (sleep without looking again after being marked as idle),
 * -DMARK_STAYS (the mark of one that looks is taken away only after its last look), -DLOOK_BEFORE_PUSH (the client looks for
 * marks before it pushes), -DKEEPS_IT (whoever has taken a job wakes nobody for the next).
 */
#define JOBS 3

byte pushed, taken;       /* x_tail and x_head of the run queue */
bool looking[2], idle[2]; /* x_looking, and the upper halves of x_states */
byte rung[2];             /* the bells */

#define HAS_MORE (pushed > taken)

/* A compare-exchange of x_states */
inline claim()
{
    atomic {
        if
        :: idle[0] -> idle[0] = false; rung[0]++
        :: else ->
            if
            :: idle[1] -> idle[1] = false; rung[1]++
            :: else
            fi
        fi
    }
}

inline wake_idle()
{
    if
    :: looking[0] -> skip /* they may be in two words: two steps */
    :: else ->
        if
        :: looking[1] -> skip
        :: else ->
            if
            :: !idle[0] && !idle[1] -> skip
            :: else ->
                if
                :: HAS_MORE -> claim()
                :: else
                fi
            fi
        fi
    fi
}

active proctype client()
{
    byte n;
    do
    :: n < JOBS ->
        n++;
#ifdef LOOK_BEFORE_PUSH
        if
        :: looking[0] || looking[1] -> pushed++
        :: else -> pushed++; wake_idle()
        fi
#else
        pushed++;
        wake_idle()
#endif
    :: else -> break
    od;
    taken == JOBS
}

active [2] proctype worker()
{
    byte me = _pid - 1, mine, seen;
    bool looks;
again:
    atomic { /* a compare-exchange of x_head */
        if
        :: HAS_MORE -> taken++; mine = taken
        :: else -> goto none
        fi
    };
#ifdef MARK_STAYS
    wake_idle();
    if
    :: looks -> looking[me] = false; looks = false
    :: else
    fi;
#else
    if
    :: looks -> looking[me] = false; looks = false
    :: else
    fi;
#ifndef KEEPS_IT
    wake_idle();
#endif
#endif
    if
    :: mine == 1 -> taken >= 2 /* it waits for the second */
    :: else
    fi;
    goto again;
none:
    looking[me] = true;
look:
    if
    :: HAS_MORE -> looks = true; goto again
    :: !HAS_MORE -> goto look
    :: true
    fi;
#ifdef MARK_STAYS
    seen = rung[me];
    idle[me] = true;
    if
    :: HAS_MORE -> idle[me] = false; looking[me] = false; goto again
    :: else -> looking[me] = false
    fi;
#else
    looking[me] = false;
    looks = false;
    seen = rung[me];
    idle[me] = true;
#ifndef NO_LAST_LOOK
    if
    :: HAS_MORE -> idle[me] = false; goto again
    :: else
    fi;
#endif
#endif
end:
    rung[me] != seen;
    idle[me] = false;
    goto again
}
