/* Prints a TypeScript module with the constants, sizes and offsets of the C side that the bindings use. */
#include <stddef.h>
#include <stdio.h>

#include "coordinator/coordinator.h"
#include "coordinator/files.h"
#include "core/handle.h"
#include "core/layout.h"
#include "core/record.h"
#include "sync/calls.h"
#include "thin/bridge.h"
#include "worker/import_call.h"
#include "worker/instance.h"
#include "worker/link_call.h"
#include "worker/worker.h"

#define NUMBER(name, value) printf("  %s: %ld,\n", name, (long)(value))
#define CONSTANT(name) NUMBER(#name, name)
#define SIZE(type) NUMBER("sizeof_" #type, sizeof(struct type))
#define OFFSET(type, field) NUMBER(#type "_" #field, offsetof(struct type, field))

static void constants(void)
{
    CONSTANT(POOL_ABI);
    CONSTANT(POOL_ARGS_MAX_BYTES);
    CONSTANT(POOL_PIPE_DEFAULT_BYTES);
    CONSTANT(POOL_PIPE_MAX_BYTES);
    CONSTANT(WAITER_CLIENT);
    CONSTANT(WAITER_COORDINATOR);
    CONSTANT(WAITER_WORKER_0);
    CONSTANT(CLIENT_STACK_BYTES);
    CONSTANT(CLIENT_SCRATCH_BYTES);
    CONSTANT(WORKER_STACK_BYTES);
    CONSTANT(WORKERS_MAX);
    CONSTANT(SCRATCH_RECORD);
    CONSTANT(HANDLE_JOB_MASK);
    CONSTANT(HANDLE_PIPE_MASK);
    CONSTANT(SIGNAL_JOB_0);
    CONSTANT(SIGNAL_PIPE_0);
    CONSTANT(SIGNAL_CALL_0);
    CONSTANT(SIGNAL_BLOCKS);
    CONSTANT(POOL_JOBS_MAX);
    CONSTANT(POOL_PIPES_MAX);
    CONSTANT(POOL_CALLS_MAX);
    CONSTANT(POOL_VOLUMES_MAX);
    CONSTANT(POOL_WORKERS_MAX);
    CONSTANT(POOL_MEMORY_MIN_MIB);
    CONSTANT(POOL_MEMORY_MAX_MIB);
    CONSTANT(POOL_MEMORY_DEFAULT_MIB);
    CONSTANT(POOL_GRACE_DEFAULT_MS);
    CONSTANT(POOL_IDLE_DEFAULT_MS);
    CONSTANT(POOL_TIMES_BUCKETS);
    CONSTANT(POOL_WORKER_STARTING);
    CONSTANT(POOL_WORKER_IDLE);
    CONSTANT(POOL_WORKER_RUNNING);
    CONSTANT(POOL_WORKER_WAITING);
    CONSTANT(POOL_WORKER_LOST);
    CONSTANT(POOL_BYTES_MAX);
    CONSTANT(POOL_VALUES_MAX);
    CONSTANT(POOL_PREOPENS_MAX);
    CONSTANT(POOL_NAME_MAX_BYTES);
    CONSTANT(POOL_PIPE_BUF);
    CONSTANT(POOL_STDIO_NULL);
    CONSTANT(POOL_STDIO_PIPE);
    CONSTANT(POOL_STDIO_INHERIT);
    CONSTANT(POOL_STDIO_INPUT);
    CONSTANT(POOL_STDIO_CAPTURE);
    CONSTANT(POOL_PRIORITY_NORMAL);
    CONSTANT(POOL_PRIORITY_HIGH);
    CONSTANT(POOL_PRIORITY_LOW);
    CONSTANT(POOL_I32);
    CONSTANT(POOL_I64);
    CONSTANT(POOL_F32);
    CONSTANT(POOL_F64);
    CONSTANT(POOL_EXITED);
    CONSTANT(POOL_TRAPPED);
    CONSTANT(POOL_CANCELLED);
    CONSTANT(POOL_TIMED_OUT);
    CONSTANT(POOL_LOST);
    CONSTANT(POOL_NOT_STARTED);
    CONSTANT(POOL_OUTPUT_LOST);
}

/* The signals and calls between the thin client and its script. */
static void thin(void)
{
    CONSTANT(THIN_SIGNAL_JOB_0);
    CONSTANT(THIN_SIGNAL_END_0);
    CONSTANT(THIN_SIGNAL_CALL_0);
    CONSTANT(THIN_SIGNAL_ROOM);
    CONSTANT(THIN_SIGNAL_OPENED);
    CONSTANT(THIN_SIGNAL_LOADED);
    CONSTANT(THIN_SIGNAL_CLOSED);
    CONSTANT(THIN_SIGNAL_DIED);
    CONSTANT(THIN_SIGNAL_QUESTION);
    CONSTANT(THIN_SIGNAL_LOG_0);
    CONSTANT(THIN_OPTION_LOGS);
    CONSTANT(THIN_OPTIONS);
    CONSTANT(POOL_LOG_DEBUG);
    CONSTANT(POOL_LOG_INFO);
    CONSTANT(POOL_LOG_WARN);
    CONSTANT(POOL_LOG_ERROR);
    CONSTANT(THIN_CALL_RESIZE);
    CONSTANT(THIN_CALL_STATS);
    CONSTANT(THIN_CALL_WORKERS);
    CONSTANT(THIN_CALL_WAIT);
    CONSTANT(THIN_CALL_CANCEL);
    CONSTANT(THIN_CALL_RELEASE);
    CONSTANT(THIN_CALL_PIPE);
    CONSTANT(THIN_CALL_WRITE);
    CONSTANT(THIN_CALL_CLOSE);
    CONSTANT(THIN_CALL_ABORT_WRITE);
    CONSTANT(THIN_CALL_PEEK);
    CONSTANT(THIN_CALL_CONSUME);
    CONSTANT(THIN_CALL_RESERVE);
    CONSTANT(THIN_CALL_COMMIT);
    CONSTANT(THIN_CALL_POLL);
    CONSTANT(THIN_CALL_STAGE);
    CONSTANT(THIN_CALL_SUBMIT);
    CONSTANT(THIN_CALL_WATCH_CALLER);
    CONSTANT(THIN_CALL_REPLY_ROOM);
    CONSTANT(THIN_CALL_REPLY);
    CONSTANT(THIN_CALL_FILE);
    CONSTANT(THIN_CALL_ROOM);
}

static void traps(void)
{
    CONSTANT(POOL_TRAP_UNKNOWN);
    CONSTANT(POOL_TRAP_UNREACHABLE);
    CONSTANT(POOL_TRAP_MEMORY_OUT_OF_BOUNDS);
    CONSTANT(POOL_TRAP_TABLE_OUT_OF_BOUNDS);
    CONSTANT(POOL_TRAP_INDIRECT_CALL);
    CONSTANT(POOL_TRAP_DIVIDE_BY_ZERO);
    CONSTANT(POOL_TRAP_INTEGER_OVERFLOW);
    CONSTANT(POOL_TRAP_STACK_OVERFLOW);
    CONSTANT(POOL_TRAP_EXCEPTION);
    CONSTANT(POOL_TRAP_IMPORT);
}

static void submissions(void)
{
    SIZE(record);
    OFFSET(record, module);
    OFFSET(record, priority);
    OFFSET(record, timeout_ms);
    OFFSET(record, input_bytes);
    OFFSET(record, capture_max_bytes);
    OFFSET(record, stdio);
    OFFSET(record, n_values);
    OFFSET(record, name_bytes);
    OFFSET(record, n_args);
    OFFSET(record, n_env);
    OFFSET(record, strings_bytes);
    OFFSET(record, n_preopens);
    OFFSET(record, max_calls);
    OFFSET(record, max_memory_mib);
    OFFSET(record, tty);
    OFFSET(pool, max_workers);
    OFFSET(record, serves);
    OFFSET(record, imports);
    OFFSET(record, traps);
    SIZE(record_preopen);
    OFFSET(record_preopen, volume);
    OFFSET(record_preopen, read_only);
    SIZE(pool_stdio);
    OFFSET(pool_stdio, kind);
    OFFSET(pool_stdio, fd);
    SIZE(pool_value);
    OFFSET(pool_value, type);
    OFFSET(pool_value, of);
    SIZE(worker_call);
    OFFSET(worker_call, name);
    OFFSET(worker_call, name_bytes);
    OFFSET(worker_call, n_values);
    OFFSET(worker_call, values);
    OFFSET(worker_call, serves);
    OFFSET(worker_call, imports);
    OFFSET(worker_call, traps);
    CONSTANT(INSTANCE_CALL);
    CONSTANT(INSTANCE_READ);
    CONSTANT(INSTANCE_WRITE);
    CONSTANT(INSTANCE_DONE);
    CONSTANT(INSTANCE_REFUSED);
    CONSTANT(INSTANCE_PASS);
    CONSTANT(INSTANCE_FETCH);
    CONSTANT(INSTANCE_FAILED);
    CONSTANT(INSTANCE_BYTES);
    CONSTANT(INSTANCE_NAMED);
    CONSTANT(INSTANCE_TEXT_BYTES);
    NUMBER("instance_buffer_behind", offsetof(struct instance_buffer, behind));
    SIZE(instance_record);
    OFFSET(instance_record, kind);
    OFFSET(instance_record, at);
    OFFSET(instance_record, size);
    OFFSET(instance_record, n_values);
    SIZE(module_signature);
    OFFSET(module_signature, n_params);
    OFFSET(module_signature, n_results);
    OFFSET(module_signature, types);
}

/* The calls of imports. */
static void imports(void)
{
    CONSTANT(IMPORT_CALL);
    CONSTANT(IMPORT_GRANTED);
    CONSTANT(IMPORT_DENIED);
    SIZE(import_question);
    OFFSET(import_question, kind);
    OFFSET(import_question, number);
    OFFSET(import_question, n_values);
    OFFSET(import_question, n_results);
    OFFSET(import_question, n_pages);
    CONSTANT(IMPORT_RETURNS);
    CONSTANT(IMPORT_FAILS);
    CONSTANT(IMPORT_READ);
    CONSTANT(IMPORT_WRITE);
    CONSTANT(IMPORT_MEASURE);
    SIZE(import_answer);
    OFFSET(import_answer, kind);
    OFFSET(import_answer, address);
    OFFSET(import_answer, size);
    OFFSET(import_answer, whole);
    CONSTANT(IMPORT_PAGE_BYTES);
    CONSTANT(IMPORT_UNTYPED);
    CONSTANT(IMPORT_FAILED);
    CONSTANT(IMPORT_NOT_CARRIED);
    CONSTANT(IMPORT_MISSING);
    CONSTANT(IMPORT_TEXT_BYTES);
    SIZE(import_buffer);
    OFFSET(import_buffer, values);
    OFFSET(import_buffer, failure);
    OFFSET(import_buffer, text);
    OFFSET(import_failure, kind);
    OFFSET(import_failure, number);
    OFFSET(import_failure, status);
    OFFSET(import_failure, text_bytes);
    SIZE(link_call);
    OFFSET(link_call, at);
    OFFSET(link_call, size_bytes);
    OFFSET(link_call, status);
}

static void hosts_and_stats(void)
{
    SIZE(client_call);
    OFFSET(client_call, call);
    OFFSET(client_call, job);
    OFFSET(client_call, name);
    OFFSET(client_call, name_bytes);
    OFFSET(client_call, data);
    OFFSET(client_call, size_bytes);
    SIZE(pool_pollfd);
    OFFSET(pool_pollfd, fd);
    OFFSET(pool_pollfd, events);
    OFFSET(pool_pollfd, revents);
    SIZE(pool_stats);
    OFFSET(pool_stats, n_workers);
    OFFSET(pool_stats, n_idle);
    OFFSET(pool_stats, n_lost);
    OFFSET(pool_stats, n_queued);
    OFFSET(pool_stats, n_running);
    OFFSET(pool_stats, n_ended);
    OFFSET(pool_stats, n_pipes);
    OFFSET(pool_stats, n_calls);
    OFFSET(pool_stats, n_open_calls);
    OFFSET(pool_stats, n_jobs);
    OFFSET(pool_stats, n_volumes);
    OFFSET(pool_stats, n_waiting);
    OFFSET(pool_stats, memory_bytes);
    OFFSET(pool_stats, memory_limit_bytes);
    OFFSET(pool_stats, memory_used_bytes);
    OFFSET(pool_stats, memory_free_bytes);
    OFFSET(pool_stats, memory_largest_bytes);
    OFFSET(pool_stats, waiting);
    OFFSET(pool_stats, running);
    OFFSET(pool_times, n);
    OFFSET(pool_times, sum_us);
    OFFSET(pool_times, buckets);
    SIZE(pool_worker_stats);
    OFFSET(pool_worker_stats, number);
    OFFSET(pool_worker_stats, state);
    OFFSET(pool_worker_stats, job);
    OFFSET(pool_worker_stats, n_jobs);
}

static void results(void)
{
    SIZE(pool_bytes);
    SIZE(pool_result);
    OFFSET(pool_result, n_values);
    OFFSET(pool_result, values);
    OFFSET(pool_result, captured);
    OFFSET(pool_result, killed);
    OFFSET(pool_result, outcome);
    OFFSET(pool_result, code);
    OFFSET(pool_result, text);
    OFFSET(pool_result, text_bytes);
    OFFSET(pool_result, worker);
    OFFSET(pool_result, queued_ms);
    OFFSET(pool_result, run_ms);
}

static void files(void)
{
    CONSTANT(NODE_FILE);
    CONSTANT(NODE_DIRECTORY);
    CONSTANT(NODE_SYMLINK);
    CONSTANT(PATH_MAX_BYTES);
    CONSTANT(NAME_MAX_BYTES);
    CONSTANT(SYMLINKS_MAX);
    CONSTANT(FILE_CREATE);
    CONSTANT(FILE_RELEASE);
    CONSTANT(FILE_STAT);
    CONSTANT(FILE_LSTAT);
    CONSTANT(FILE_READ);
    CONSTANT(FILE_WRITE);
    CONSTANT(FILE_TRUNCATE);
    CONSTANT(FILE_MKDIR);
    CONSTANT(FILE_LIST);
    CONSTANT(FILE_SYMLINK);
    CONSTANT(FILE_READLINK);
    CONSTANT(FILE_RENAME);
    CONSTANT(FILE_REMOVE);
    CONSTANT(FILE_NEXT_DATA);
    CONSTANT(FILE_REPLACE);
    CONSTANT(FILE_LINK);
    CONSTANT(FILE_SET_TIMES);
    CONSTANT(PAGE_BYTES);
    SIZE(file_call);
    OFFSET(file_call, op);
    OFFSET(file_call, volume);
    OFFSET(file_call, path);
    OFFSET(file_call, path_bytes);
    OFFSET(file_call, other);
    OFFSET(file_call, other_bytes);
    OFFSET(file_call, number);
    OFFSET(file_call, data);
    OFFSET(file_call, source);
    OFFSET(file_call, data_bytes);
    SIZE(volume_making);
    NUMBER("volume_making_max_bytes", offsetof(struct volume_making, config.max_bytes));
    NUMBER("volume_making_max_nodes", offsetof(struct volume_making, config.max_nodes));
    OFFSET(volume_making, volume);
    SIZE(pool_stat);
    OFFSET(pool_stat, kind);
    OFFSET(pool_stat, n_links);
    OFFSET(pool_stat, inode);
    OFFSET(pool_stat, size_bytes);
    OFFSET(pool_stat, modified_ns);
    SIZE(pool_entry);
    OFFSET(pool_entry, cookie);
    OFFSET(pool_entry, stat);
    OFFSET(pool_entry, name_bytes);
    OFFSET(pool_entry, name);
}

static void offsets(void)
{
    OFFSET(pool, bells);
    SIZE(bell);
    NUMBER("pool_client_any", offsetof(struct pool, signals) + offsetof(struct signals, x_any));
    NUMBER("pool_told_ns", offsetof(struct pool, x_told_ns));
    OFFSET(pool, client_stack);
    OFFSET(pool, client_scratch);
    OFFSET(pool, abi);
}

static void errors(void)
{
    printf("\n/** Error codes of pool.h: name to value. */\nexport const errorCodes = {\n");
#define PRINT_ERROR(name, value, message) NUMBER("POOL_" #name, value);
    POOL_ERROR_MAP(PRINT_ERROR)
    printf("} as const;\n\n/** What each means, as pool_strerror says it. */\nexport const errorMessages = {\n");
#define PRINT_MESSAGE(name, value, message) printf("  POOL_%s: '%s',\n", #name, message);
    POOL_ERROR_MAP(PRINT_MESSAGE)
    printf("} as const;\n");
}

int main(void)
{
    printf("// Generated by c/gen/emit_layout.c; `make gen` writes it anew.\n\n");
    printf("/** Constants, sizes and offsets of the C side. */\nexport const layout = {\n");
    constants();
    thin();
    traps();
    submissions();
    imports();
    results();
    hosts_and_stats();
    files();
    offsets();
    printf("} as const;\n");
    errors();
    return 0;
}
