/* The border between a guest's code and ours, and the kill: c/worker/crossing.c, c/sync/jobs.c and kill() in
 * c/coordinator/ladder.c, step for step.
 *
 * A worker runs JOBS jobs one after the other; each guest computes, calls, and ends, or never ends. The coordinator wants
 * the first job ended and kills the worker if it is in that job's guest code. Checked: every job ends once, the second job
 * is never hit, and a killed worker touches nothing of ours afterwards.
 *
 * What must be found when it is broken: -DNO_TURN (the state word does not say which job), -DBLIND_RETURN (the worker
 * comes back by a plain store), -DKILL_ANYWHERE (the coordinator kills in our code too).
 */
#define JOBS 2
#define RUNTIME 0
#define GUEST 1
#define KILLED 2
#ifdef NO_TURN
#define WORD(turn, state) (state)
#else
#define WORD(turn, state) ((turn) * 4 + (state))
#endif

byte x_state;             /* of the worker: turn and state */
byte ended[JOBS + 1];     /* how often each job was ended */
bool wish;                /* of job 1 */
byte turn_of[JOBS + 1];   /* x_turn of each job's slot; 0: not begun */
bool killed;              /* the coordinator's kill succeeded */
bool owns;                /* the worker is in the middle of something of ours */

/* Out of the guest: a compare-exchange, or the worker parks for ever */
inline to_runtime(turn)
{
#ifdef BLIND_RETURN
    x_state = WORD(turn, RUNTIME);
#else
    atomic {
        if
        :: x_state == WORD(turn, GUEST) -> x_state = WORD(turn, RUNTIME)
        :: else -> goto parked
        fi
    };
#endif
    owns = true;
    assert(!killed || turn_of[1] != turn)
}

active proctype worker()
{
    byte turn;
    do
    :: turn < JOBS ->
        turn++;
        owns = true;
        x_state = WORD(turn, RUNTIME);
        turn_of[turn] = turn;                        /* pool__job_begin */
        if
        :: turn == 1 && wish -> skip                 /* worker_enter: POOL_ECANCELED */
        :: else ->
            owns = false;
            x_state = WORD(turn, GUEST);
            do
            :: turn == 1 -> goto computes            /* an endless loop: only the kill ends it */
            :: true ->
                to_runtime(turn);                    /* the guest calls */
                if
                :: turn == 1 && wish -> break        /* unwound */
                :: else
                fi;
                owns = false;
                x_state = WORD(turn, GUEST)
            :: true -> to_runtime(turn); break       /* the guest returns */
            od
        fi;
        ended[turn]++;                               /* pool__job_end_running */
        owns = false
    :: else -> break
    od;
    goto done;
computes:
    killed;                                          /* terminated */
parked:
    skip;
done:
    skip
}

active proctype coordinator()
{
    byte turn;
    turn_of[1] != 0;                                 /* the job runs */
    wish = true;
    do
    :: ended[1] > 0 -> break
    :: else ->
        turn = turn_of[1];
        atomic {                                     /* the compare-exchange from GUEST to KILLED */
            if
#ifdef KILL_ANYWHERE
            :: x_state == WORD(turn, GUEST) || x_state == WORD(turn, RUNTIME) ->
#else
            :: x_state == WORD(turn, GUEST) ->
#endif
                x_state = WORD(turn, KILLED);
                killed = true;
                assert(!owns);                       /* or half a structure would stay behind */
                assert(ended[1] == 0)                /* or another job than the one that was meant is hit */
            :: else -> goto again
            fi
        };
        ended[1]++;
        break;
again:  skip
    od;
    assert(ended[1] == 1)
}
