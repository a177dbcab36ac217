/* digest: a plugin that reads what it cannot reach. It has no network: it asks its host to fetch, and waits for the answer.
 *
 * Speaks JSON-RPC, one message a line on standard input and output. It has one method:
 *
 *   digest {"url":U}   calls the host's method fetch with the same parameters, which is to answer with the text, and
 *                      answers {"bytes":N,"lines":N,"words":N,"longest":"W","commonest":"W","times":N}
 *
 * A word is letters of ASCII; the commonest is one of at least COMMON_MIN letters. If the host answers the fetch with an
 * error, so does the plugin. Ends with 0 at the end of the input.
 */
#define _GNU_SOURCE /* getline */

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc_json.h"

#define WORD_MAX 31u
#define WORDS_MAX 65536u
#define COMMON_MIN 5u

#define NO_METHOD "{\"code\":-32601,\"message\":\"Method not found\"}"
#define BUSY "{\"code\":-32001,\"message\":\"one digest at a time\"}"
#define NO_TEXT "{\"code\":-32000,\"message\":\"the host did not answer with a text\"}"

/* What is known of a text. */
struct digest {
    uint64_t bytes, lines, words, times;
    char longest[WORD_MAX + 1], commonest[WORD_MAX + 1];
};

/* ---- Words ---- */

static struct count {
    char word[WORD_MAX + 1];
    uint64_t times;
} table[WORDS_MAX];

static struct count *find(const char *word)
{
    uint32_t at = 2166136261u; /* FNV-1a */
    for (const char *byte = word; *byte; byte++) at = (at ^ (unsigned char)*byte) * 16777619u;
    while (table[at % WORDS_MAX].times > 0 && strcmp(table[at % WORDS_MAX].word, word) != 0) at++;
    return &table[at % WORDS_MAX];
}

static void take_word(struct digest *digest, const char *word, size_t size)
{
    digest->words++;
    if (size > strlen(digest->longest)) strcpy(digest->longest, word);
    if (size < COMMON_MIN || digest->words > WORDS_MAX / 2) return; /* the table must keep some room */
    struct count *count = find(word);
    strcpy(count->word, word);
    if (++count->times <= digest->times) return;
    digest->times = count->times;
    strcpy(digest->commonest, word);
}

/* What a piece of a JSON string stands for, as far as words and lines care: an escape is no letter. */
static char decode(const char **at)
{
    char byte = *(*at)++;
    if (byte != '\\') return byte;
    byte = *(*at)++;
    if (byte == 'u') *at += 4;
    return byte == 'n' ? '\n' : ' ';
}

static struct digest digest_of(struct json text)
{
    struct digest digest = {0};
    char word[WORD_MAX + 1];
    size_t n_word = 0;
    memset(table, 0, sizeof table);
    for (const char *at = text.text + 1, *end = text.text + text.size - 1; at <= end; digest.bytes++) {
        char byte = at < end ? decode(&at) : *at++; /* the closing quotation mark ends the last word */
        bool is_letter = isalpha((unsigned char)byte) != 0;
        if (byte == '\n') digest.lines++;
        if (n_word > 0 && (!is_letter || n_word == WORD_MAX)) {
            word[n_word] = 0;
            take_word(&digest, word, n_word);
            n_word = 0;
        }
        if (is_letter) word[n_word++] = (char)tolower((unsigned char)byte);
    }
    digest.bytes--; /* of the quotation mark */
    return digest;
}

/* ---- Messages ---- */

/* Waits for the next message. Nothing else of this program runs meanwhile: it sleeps in its read. */
static struct json read_message(char **line, size_t *room)
{
    ssize_t size = getline(line, room, stdin);
    if (size < 0) exit(0);
    return json_parse(*line, (size_t)size);
}

static void answer(struct json id, const char *what, const char *value, int size)
{
    printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"%s\":%.*s}\n", (int)id.size, id.text, what, size, value);
    fflush(stdout);
}

static void answer_error(struct json id, const char *error)
{
    if (id.size > 0) answer(id, "error", error, (int)strlen(error)); /* a notification's errors are nobody's business */
}

/* The host fetches, and this waits. The answer lies in `line`. Requests that come meanwhile are sent back. */
static struct json fetch(struct json params, char **line, size_t *room)
{
    static unsigned last;
    uint64_t id;
    printf("{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"fetch\",\"params\":%.*s}\n", ++last, (int)params.size,
           params.text);
    fflush(stdout);
    for (;;) {
        struct json message = read_message(line, room);
        bool is_request = json_member(message, "method").size > 0;
        if (is_request) answer_error(json_member(message, "id"), BUSY);
        if (!is_request && json_whole_number(json_member(message, "id"), last, &id) && id == last) return message;
    }
}

static void answer_digest(struct json id, struct digest digest)
{
    static char value[512];
    int size = snprintf(
        value, sizeof value,
        "{\"bytes\":%llu,\"lines\":%llu,\"words\":%llu,\"longest\":\"%s\",\"commonest\":\"%s\",\"times\":%llu}",
        (unsigned long long)digest.bytes, (unsigned long long)digest.lines, (unsigned long long)digest.words,
        digest.longest, digest.commonest, (unsigned long long)digest.times);
    answer(id, "result", value, size);
}

static void handle(struct json request)
{
    static char *line;
    static size_t room;
    struct json id = json_member(request, "id"), params = json_member(request, "params");
    if (!json_is_string(json_member(request, "method"), "digest") || params.size == 0) {
        answer_error(id, NO_METHOD);
        return;
    }
    struct json reply = fetch(params, &line, &room), text = json_member(reply, "result"),
                error = json_member(reply, "error");
    if (json_kind(text) != '"') {
        if (error.size > 0) answer(id, "error", error.text, (int)error.size);
        if (error.size == 0) answer_error(id, NO_TEXT);
    } else if (id.size > 0) {
        answer_digest(id, digest_of(text));
    }
}

int main(void)
{
    static char *line;
    static size_t room;
    for (;;) handle(read_message(&line, &room));
}
