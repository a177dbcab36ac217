/* rpc: a server and a client at once, for JSON-RPC 2.0 with one message a line on standard input and output.
 *
 * The host sends requests, and this program answers them; while it works on one it may call the host in the same way,
 * over the same two pipes, and waits for the answers. Methods:
 *
 *   ping                            "pong"
 *   get_random_number {"max":N}     a random whole number from 0 to N, or without "max" to 4294967295
 *   get_time                        milliseconds since 1970
 *   sleep            {"ms":N}       sleeps so long, and answers nothing (null)
 *   prime_sieve      {"limit":N}    how many primes there are up to N
 *   call             {"method":M,"params":P,"count":N}
 *                                   calls the host's method M with P, N times, each after the answer to the one before;
 *                                   the results in an array, or without "count" the one result
 *   call_async       the same       but writes all calls at once and then reads the answers, in any order
 *   call_many        {"count":N}    calls host_ping N times, each after the answer to the one before
 *   call_many_async  {"count":N}    the same, but writes all calls at once and then reads the answers, in any order
 *
 * If the host answers a call of call or call_async with an error, that is the answer.
 *
 * In call_many, a call to the host is {"jsonrpc":"2.0","id":"g1","method":"host_ping","params":{"n":1}}, and its right answer has the
 * same id and n as the result: {"jsonrpc":"2.0","id":"g1","result":1}. n counts from 1 in each request; the number in
 * the id goes on for as long as the program runs. The result of call_many is how many answers were right.
 *
 * Ends with 0 at the end of the input. RPC_LOG=1 in the environment: says on standard error what it receives and sends.
 * A request without an id is a notification and gets no answer. A batch is dealt with one message after the other, and its
 * answers are sent as a batch.
 */
#define _GNU_SOURCE /* getentropy, nanosleep */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rpc_json.h"

#define READ_BYTES 65536u
#define LIMIT_MAX 100000000u
#define COUNT_MAX 1000000u
#define RANDOM_MAX 0xffffffffu
#define SLEEP_MAX_MS 3600000u

enum { PARSE_ERROR = -32700, INVALID_REQUEST = -32600, METHOD_NOT_FOUND = -32601, INVALID_PARAMS = -32602 };

/* Bytes that grow at their end and are used up from their beginning. */
struct text {
    char *data;
    size_t from;
    size_t size; /* the end of what is used */
    size_t capacity;
};

static struct text input;    /* what was read and not yet looked at */
static size_t looked_at;     /* how much of the input is known to have no line end: a long line is not searched twice */
static struct text deferred; /* requests that came while an answer was waited for */
static struct text output;   /* what is to be sent in one write */
static struct text batch;    /* the answers to the batch that is dealt with */
static bool in_batch;
static bool logs;
static uint64_t last_id;

/* ---- Texts ---- */

static void reserve(struct text *text, size_t size)
{
    if (text->capacity - text->size >= size) return;
    if (text->from > 0) {
        memmove(text->data, text->data + text->from, text->size - text->from);
        text->size -= text->from;
        text->from = 0;
    }
    if (text->capacity - text->size >= size) return;
    text->capacity = (text->size + size) * 2;
    text->data = realloc(text->data, text->capacity);
    if (!text->data) abort(); /* nothing sensible is left to do */
}

static void append(struct text *text, const char *data, size_t size)
{
    reserve(text, size + 1); /* one more, so that even an empty text has an address */
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static void append_string(struct text *text, const char *string)
{
    append(text, string, strlen(string));
}

static void append_number(struct text *text, int64_t number)
{
    char digits[24], *from = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--from = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) *--from = '-';
    append(text, from, (size_t)(digits + sizeof digits - from));
}

static void clear(struct text *text)
{
    text->from = text->size = 0;
}

/* ---- Lines in and out ---- */

/* write() may take less than it was given. If nobody listens any more there is nobody to tell. */
static void write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0) exit(1);
        data += n;
        size -= (size_t)n;
    }
}

static void log_text(const char *direction, const char *data, size_t size)
{
    if (!logs) return;
    write_all(STDERR_FILENO, direction, strlen(direction));
    write_all(STDERR_FILENO, data, size);
    if (size == 0 || data[size - 1] != '\n') write_all(STDERR_FILENO, "\n", 1);
}

static void send_output(void)
{
    log_text("rpc: sends ", output.data, output.size);
    write_all(STDOUT_FILENO, output.data, output.size);
    clear(&output);
}

/* Takes the first line of a text away and puts it into `line`, without its end. False: there is no whole line. */
static bool take_line(struct text *text, size_t searched, struct text *line)
{
    if (text->from + searched == text->size) return false;
    const char *from = text->data + text->from;
    const char *end = memchr(from + searched, '\n', text->size - text->from - searched);
    if (!end) return false;
    clear(line);
    append(line, from, (size_t)(end - from));
    text->from += line->size + 1;
    return true;
}

/* Waits for the next line of the input. A read may end anywhere: in the middle of a line, or many lines further. */
static bool read_line(struct text *line)
{
    while (!take_line(&input, looked_at, line)) {
        looked_at = input.size - input.from;
        reserve(&input, READ_BYTES);
        ssize_t n = read(STDIN_FILENO, input.data + input.size, input.capacity - input.size);
        if (n <= 0 && looked_at == 0) return false;
        if (n <= 0) append(&input, "\n", 1); /* the last line may lack its end */
        if (n > 0) input.size += (size_t)n;
    }
    looked_at = 0;
    log_text("rpc: receives ", line->data, line->size);
    return true;
}

/* ---- Answers of ours ---- */

static void begin_answer(struct json id)
{
    append_string(&output, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (id.size > 0) {
        append(&output, id.text, id.size); /* as it was written: whatever was sent comes back */
    } else {
        append_string(&output, "null");
    }
}

/* Sends the answer that is in the output, or keeps it until its batch is done. */
static void end_answer(void)
{
    append_string(&output, "}");
    if (in_batch) {
        append_string(&batch, batch.size == 0 ? "[" : ",");
        append(&batch, output.data, output.size);
        clear(&output);
    } else {
        append_string(&output, "\n");
        send_output();
    }
}

static void answer_error(struct json id, int code, const char *message)
{
    begin_answer(id);
    append_string(&output, ",\"error\":{\"code\":");
    append_number(&output, code);
    append_string(&output, ",\"message\":\"");
    append_string(&output, message);
    append_string(&output, "\"}");
    end_answer();
}

/* A notification's errors are nobody's business. */
static void fail(struct json id, int code, const char *message)
{
    if (id.size > 0) answer_error(id, code, message);
}

static void answer_number(struct json id, uint64_t number)
{
    if (id.size == 0) return;
    begin_answer(id);
    append_string(&output, ",\"result\":");
    append_number(&output, (int64_t)number);
    end_answer();
}

/* `what` is "result" or "error", and `value` what it is. */
static void answer_json(struct json id, const char *what, const char *value, size_t size)
{
    if (id.size == 0) return;
    begin_answer(id);
    append_string(&output, ",\"");
    append_string(&output, what);
    append_string(&output, "\":");
    append(&output, value, size);
    end_answer();
}

/* ---- Calls of ours ---- */

static void append_call(uint64_t id, uint64_t n)
{
    append_string(&output, "{\"jsonrpc\":\"2.0\",\"id\":\"g");
    append_number(&output, (int64_t)id);
    append_string(&output, "\",\"method\":\"host_ping\",\"params\":{\"n\":");
    append_number(&output, (int64_t)n);
    append_string(&output, "}}\n");
}

/* Waits for an answer, and keeps the requests that come before it for later. At the end of the input the host has gone
 * without an answer, and so do we.
 */
static struct json read_answer(struct text *line)
{
    while (read_line(line)) {
        struct json message = json_parse(line->data, line->size);
        if (message.size > 0 && json_member(message, "method").size == 0) return message;
        append(&deferred, line->data, line->size);
        append(&deferred, "\n", 1);
    }
    exit(0);
}

/* Which of the calls first_id + 1 … first_id + count this is the answer to; 0: to none. */
static uint64_t call_of(struct json answer, uint64_t first_id, uint64_t count)
{
    struct json id = json_member(answer, "id");
    uint64_t number;
    if (json_kind(id) != '"' || id.size < 4 || id.text[1] != 'g') return 0;
    struct json digits = {id.text + 2, id.size - 3}; /* between "g and " */
    if (!json_whole_number(digits, first_id + count, &number) || number <= first_id) return 0;
    return number - first_id;
}

/* The same if the answer is right, too. */
static uint64_t answered_call(struct json answer, uint64_t first_id, uint64_t count)
{
    uint64_t n;
    if (!json_whole_number(json_member(answer, "result"), COUNT_MAX, &n)) return 0;
    return n == call_of(answer, first_id, count) ? n : 0;
}

static uint64_t call_many(uint64_t count)
{
    static struct text line;
    uint64_t first_id = last_id, n_right = 0;
    for (uint64_t n = 1; n <= count; n++) {
        append_call(++last_id, n);
        send_output();
        if (answered_call(read_answer(&line), first_id, count) == n) n_right++;
    }
    return n_right;
}

static uint64_t call_many_async(uint64_t count)
{
    static struct text line;
    bool *seen = calloc((size_t)count + 1, 1); /* an answer that comes twice is right only once */
    if (!seen) abort();
    uint64_t first_id = last_id, n_right = 0;
    for (uint64_t n = 1; n <= count; n++) append_call(++last_id, n);
    send_output();
    for (uint64_t i = 0; i < count; i++) {
        uint64_t n = answered_call(read_answer(&line), first_id, count);
        if (n == 0 || seen[n]) continue;
        seen[n] = true;
        n_right++;
    }
    free(seen);
    return n_right;
}

/* What call and call_async are asked for. */
struct errand {
    struct json method;
    struct json params;
    uint64_t count;
    bool at_once; /* all calls are written before the first answer is read */
};

/* An answer's part of `kept`, which moves while it grows. */
struct kept {
    size_t at;
    size_t size; /* 0: it has not come */
};

static struct text kept;  /* the results of an errand */
static struct text error; /* the first error that was answered */

static void append_errand(uint64_t id, const struct errand *errand)
{
    append_string(&output, "{\"jsonrpc\":\"2.0\",\"id\":\"g");
    append_number(&output, (int64_t)id);
    append_string(&output, "\",\"method\":");
    append(&output, errand->method.text, errand->method.size);
    if (errand->params.size > 0) {
        append_string(&output, ",\"params\":");
        append(&output, errand->params.text, errand->params.size);
    }
    append_string(&output, "}\n");
}

static void keep_answer(struct json answer, struct kept *place)
{
    struct json result = json_member(answer, "result"), failure = json_member(answer, "error");
    if (place->size > 0) return; /* it comes twice */
    place->at = kept.size;
    if (result.size > 0) append(&kept, result.text, result.size);
    if (result.size == 0) append_string(&kept, "null");
    place->size = kept.size - place->at;
    if (failure.size > 0 && error.size == 0) append(&error, failure.text, failure.size);
}

/* Calls the host as often as is wanted, and keeps what it answers. Answers to other calls are nothing. */
static void run_errand(const struct errand *errand, struct kept *places)
{
    static struct text line;
    uint64_t first_id = last_id, sent = 0;
    clear(&kept);
    clear(&error);
    for (uint64_t answered = 0; answered < errand->count;) {
        for (; sent < errand->count && (errand->at_once || sent == answered); sent++) append_errand(++last_id, errand);
        if (output.size > 0) send_output();
        struct json answer = read_answer(&line);
        uint64_t n = call_of(answer, first_id, errand->count);
        if (n == 0 || places[n - 1].size > 0) continue;
        keep_answer(answer, &places[n - 1]);
        answered++;
    }
}

static void answer_errand(struct json id, const struct errand *errand, const struct kept *places, bool in_array)
{
    static struct text results;
    clear(&results);
    if (in_array) append_string(&results, "[");
    for (uint64_t i = 0; i < errand->count; i++) {
        if (i > 0) append_string(&results, ",");
        append(&results, kept.data + places[i].at, places[i].size);
    }
    if (in_array) append_string(&results, "]");
    if (error.size > 0) {
        answer_json(id, "error", error.data, error.size);
    } else {
        answer_json(id, "result", results.data, results.size);
    }
}

/* The sieve of Eratosthenes on odd numbers: composite[i] stands for 2 * i + 1. */
static uint64_t prime_sieve(uint64_t limit)
{
    uint32_t n = (uint32_t)(limit + 1) / 2;
    uint64_t count = limit >= 2; /* 2 itself */
    bool *composite = calloc((size_t)n + 1, 1);
    if (!composite) abort();
    for (uint32_t i = 1; i < n; i++) {
        if (composite[i]) continue;
        count++;
        for (uint64_t at = 2 * (uint64_t)i * (i + 1); at < n; at += 2 * i + 1) composite[at] = true;
    }
    free(composite);
    return count;
}

/* ---- What a program is given ---- */

static uint64_t random_number(uint64_t max)
{
    uint64_t number;
    if (getentropy(&number, sizeof number) != 0) abort();
    return number % (max + 1);
}

static uint64_t time_in_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sleep_for(uint64_t ms)
{
    struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* ---- Requests ---- */

/* The methods that take one number, the member `name` of their parameters, and give one. */
typedef uint64_t number_method(uint64_t number);

static void handle_numeric(struct json id, struct json params, const char *name, uint64_t max, number_method *method)
{
    uint64_t number;
    if (json_whole_number(json_member(params, name), max, &number)) {
        answer_number(id, method(number));
    } else {
        fail(id, INVALID_PARAMS, "Invalid params");
    }
}

static void handle_ping(struct json id)
{
    answer_json(id, "result", "\"pong\"", 6);
}

static void handle_random(struct json id, struct json params)
{
    struct json max = json_member(params, "max");
    uint64_t most = RANDOM_MAX;
    if (max.size > 0 && !json_whole_number(max, RANDOM_MAX, &most)) {
        fail(id, INVALID_PARAMS, "Invalid params");
    } else {
        answer_number(id, random_number(most));
    }
}

static void handle_sleep(struct json id, struct json params)
{
    uint64_t ms;
    if (json_whole_number(json_member(params, "ms"), SLEEP_MAX_MS, &ms)) {
        sleep_for(ms);
        answer_json(id, "result", "null", 4);
    } else {
        fail(id, INVALID_PARAMS, "Invalid params");
    }
}

static void handle_call(struct json id, struct json params, bool at_once)
{
    struct json count = json_member(params, "count");
    struct errand errand = {json_member(params, "method"), json_member(params, "params"), 1, at_once};
    if (json_kind(errand.method) != '"' || (count.size > 0 && !json_whole_number(count, COUNT_MAX, &errand.count))) {
        fail(id, INVALID_PARAMS, "Invalid params");
        return;
    }
    struct kept *places = calloc((size_t)errand.count + 1, sizeof *places);
    if (!places) abort();
    run_errand(&errand, places);
    answer_errand(id, &errand, places, count.size > 0);
    free(places);
}

/* The methods that need a program's surroundings, or that call the host. False: it is none of them. */
static bool handle_outward(struct json id, struct json method, struct json params)
{
    if (json_is_string(method, "get_random_number")) {
        handle_random(id, params);
    } else if (json_is_string(method, "get_time")) {
        answer_number(id, time_in_ms());
    } else if (json_is_string(method, "sleep")) {
        handle_sleep(id, params);
    } else if (json_is_string(method, "call")) {
        handle_call(id, params, false);
    } else if (json_is_string(method, "call_async")) {
        handle_call(id, params, true);
    } else {
        return false;
    }
    return true;
}

static void handle_request(struct json id, struct json method, struct json params)
{
    if (json_is_string(method, "ping")) {
        handle_ping(id);
    } else if (json_is_string(method, "prime_sieve")) {
        handle_numeric(id, params, "limit", LIMIT_MAX, prime_sieve);
    } else if (json_is_string(method, "call_many")) {
        handle_numeric(id, params, "count", COUNT_MAX, call_many);
    } else if (json_is_string(method, "call_many_async")) {
        handle_numeric(id, params, "count", COUNT_MAX, call_many_async);
    } else if (!handle_outward(id, method, params)) {
        fail(id, METHOD_NOT_FOUND, "Method not found");
    }
}

static bool is_valid_id(struct json id)
{
    char kind = json_kind(id);
    return kind == 0 || kind == '0' || kind == '"' || kind == 'n';
}

static bool is_request(struct json message)
{
    return json_is_string(json_member(message, "jsonrpc"), "2.0") && json_kind(json_member(message, "method")) == '"' &&
           is_valid_id(json_member(message, "id"));
}

/* An answer that nobody waits for must not be answered: two programs that did so would never stop. */
static bool is_answer(struct json message)
{
    if (json_member(message, "method").size > 0) return false;
    return json_member(message, "result").size > 0 || json_member(message, "error").size > 0;
}

static bool is_blank(const struct text *line)
{
    for (size_t i = 0; i < line->size; i++) {
        if (line->data[i] != ' ' && line->data[i] != '\t' && line->data[i] != '\r') return false;
    }
    return true;
}

static void handle_message(struct json message)
{
    struct json id = json_member(message, "id");
    if (is_answer(message)) {
        log_text("rpc: nobody waits for ", message.text, message.size);
    } else if (!is_request(message)) {
        answer_error(is_valid_id(id) ? id : JSON_NONE, INVALID_REQUEST, "Invalid Request");
    } else {
        handle_request(id, json_member(message, "method"), json_member(message, "params"));
    }
}

/* One that has nothing in it is no request. */
static void handle_batch(struct json messages)
{
    struct json message = JSON_NONE;
    in_batch = true;
    clear(&batch);
    while (json_next(messages, &message)) handle_message(message);
    in_batch = false;
    if (batch.size > 0) {
        append(&output, batch.data, batch.size);
        append_string(&output, "]\n");
        send_output();
    }
}

static void handle_line(const struct text *line)
{
    if (is_blank(line)) return;
    struct json message = json_parse(line->data, line->size), first = JSON_NONE;
    if (message.size == 0) {
        answer_error(JSON_NONE, PARSE_ERROR, "Parse error");
    } else if (json_next(message, &first)) {
        handle_batch(message);
    } else {
        handle_message(message);
    }
}

/* The request has a line of its own, since the input's moves while a method calls the host. */
int main(void)
{
    static struct text line;
    const char *wish = getenv("RPC_LOG");
    logs = wish && strcmp(wish, "1") == 0;
    for (;;) {
        if (!take_line(&deferred, 0, &line) && !read_line(&line)) return 0;
        handle_line(&line);
    }
}
