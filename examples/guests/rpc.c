/* rpc: a server and a client at once, for JSON-RPC 2.0 with one message a line on standard input and output.
 *
 * The host sends requests, and this program answers them; while it works on one it may call the host in the same way,
 * over the same two pipes, and waits for the answers. Methods:
 *
 *   ping                            "pong"
 *   prime_sieve      {"limit":N}    how many primes there are up to N
 *   call_many        {"count":N}    calls the host N times, each after the answer to the one before
 *   call_many_async  {"count":N}    the same, but writes all calls at once and then reads the answers, in any order
 *
 * A call to the host is {"jsonrpc":"2.0","id":"g1","method":"host_ping","params":{"n":1}}, and its right answer has the
 * same id and n as the result: {"jsonrpc":"2.0","id":"g1","result":1}. n counts from 1 in each request; the number in
 * the id goes on for as long as the program runs. The result of call_many is how many answers were right.
 *
 * Ends with 0 at the end of the input. RPC_LOG=1 in the environment: says on standard error what it receives and sends.
 * A request without an id is a notification and gets no answer. Batches are refused as invalid requests.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rpc_json.h"

#define READ_BYTES 65536u
#define LIMIT_MAX 100000000u
#define COUNT_MAX 1000000u

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

static void answer_error(struct json id, int code, const char *message)
{
    begin_answer(id);
    append_string(&output, ",\"error\":{\"code\":");
    append_number(&output, code);
    append_string(&output, ",\"message\":\"");
    append_string(&output, message);
    append_string(&output, "\"}}\n");
    send_output();
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
    append_string(&output, "}\n");
    send_output();
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

/* Which of the calls first_id + 1 … first_id + count this rightly answers; 0: none. */
static uint64_t answered_call(struct json answer, uint64_t first_id, uint64_t count)
{
    struct json id = json_member(answer, "id");
    uint64_t number, n;
    if (json_kind(id) != '"' || id.size < 4 || id.text[1] != 'g') return 0;
    struct json digits = {id.text + 2, id.size - 3}; /* between "g and " */
    if (!json_whole_number(digits, first_id + count, &number) || number <= first_id) return 0;
    if (!json_whole_number(json_member(answer, "result"), COUNT_MAX, &n)) return 0;
    return n == number - first_id ? n : 0;
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
    if (id.size == 0) return;
    begin_answer(id);
    append_string(&output, ",\"result\":\"pong\"}\n");
    send_output();
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
    } else {
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

static void handle_line(const struct text *line)
{
    if (is_blank(line)) return;
    struct json message = json_parse(line->data, line->size);
    struct json id = json_member(message, "id");
    if (message.size == 0) {
        answer_error(JSON_NONE, PARSE_ERROR, "Parse error");
    } else if (is_answer(message)) {
        log_text("rpc: nobody waits for ", line->data, line->size);
    } else if (!is_request(message)) {
        answer_error(is_valid_id(id) ? id : JSON_NONE, INVALID_REQUEST, "Invalid Request");
    } else {
        handle_request(id, json_member(message, "method"), json_member(message, "params"));
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
