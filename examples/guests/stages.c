/* stages: the stages of a pipeline that counts words, each a filter that passes on what it has as soon as it has it.
 *
 *   stages [-c] words            each word of the input, in small letters, one a line
 *   stages [-c] without WORD...  copies the lines that are none of these words
 *   stages [-c] tally            for each line how often it has come so far, a space, and the line
 *
 * -c says on standard error, after each read and each write, how many bytes have come in and gone out: "IN OUT".
 * A word is letters of ASCII; of one that is longer than WORD_MAX, the rest is the next word.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 512u
#define WORD_MAX 63u
#define WORDS_MAX 65536u /* a power of two: what the tally can tell apart is half of that */

static bool counts;
static uint64_t n_in, n_out;
static char output[4096];
static size_t n_output;

static void say_counts(void)
{
    if (counts) fprintf(stderr, "%llu %llu\n", (unsigned long long)n_in, (unsigned long long)n_out);
}

/* Writes what has gathered. If nobody reads any more there is nobody to tell. */
static void pass_on(void)
{
    if (n_output == 0) return;
    for (size_t from = 0; from < n_output;) {
        ssize_t n = write(STDOUT_FILENO, output + from, n_output - from);
        if (n < 0) exit(1);
        from += (size_t)n;
    }
    n_out += n_output;
    n_output = 0;
    say_counts();
}

static void put(const char *text, size_t size)
{
    if (size > sizeof output - n_output) pass_on();
    memcpy(output + n_output, text, size);
    n_output += size;
}

static void put_line(const char *word)
{
    put(word, strlen(word));
    put("\n", 1);
}

/* ---- What is done with each word ---- */

static char **unwanted;

static void put_if_wanted(const char *word)
{
    for (char **each = unwanted; *each; each++) {
        if (strcmp(*each, word) == 0) return;
    }
    put_line(word);
}

/* How often each word has come, in a table that is searched from where the word's hash points to. */
static struct count {
    char word[WORD_MAX + 1];
    unsigned times;
} tally[WORDS_MAX];

static struct count *find(const char *word)
{
    uint32_t at = 2166136261u; /* FNV-1a */
    for (const char *byte = word; *byte; byte++) at = (at ^ (unsigned char)*byte) * 16777619u;
    while (tally[at % WORDS_MAX].times > 0 && strcmp(tally[at % WORDS_MAX].word, word) != 0) at++;
    return &tally[at % WORDS_MAX];
}

static void put_tally(const char *word)
{
    static unsigned n_words;
    char digits[16];
    struct count *count = find(word);
    if (count->times == 0 && ++n_words > WORDS_MAX / 2) exit(1);
    if (count->times++ == 0) strcpy(count->word, word);
    put(digits, (size_t)snprintf(digits, sizeof digits, "%u ", count->times));
    put_line(word);
}

/* ---- Words ---- */

/* Takes the input apart, and passes on what has become of each piece of it. */
static int filter(void (*take)(const char *word))
{
    static char input[READ_BYTES], word[WORD_MAX + 1];
    size_t n_word = 0;
    for (ssize_t n; (n = read(STDIN_FILENO, input, sizeof input)) != 0; pass_on()) {
        if (n < 0) return 1;
        n_in += (size_t)n;
        say_counts();
        for (ssize_t i = 0; i < n; i++) {
            bool is_letter = isalpha((unsigned char)input[i]) != 0;
            if (n_word > 0 && (!is_letter || n_word == WORD_MAX)) {
                word[n_word] = 0;
                take(word);
                n_word = 0;
            }
            if (is_letter) word[n_word++] = (char)tolower((unsigned char)input[i]);
        }
    }
    word[n_word] = 0;
    if (n_word > 0) take(word);
    pass_on();
    return 0;
}

int main(int argc, char **argv)
{
    counts = argc > 1 && strcmp(argv[1], "-c") == 0;
    char **args = argv + (counts ? 2 : 1);
    unwanted = args[0] ? args + 1 : args;
    if (args[0] && !strcmp(args[0], "words") && !args[1]) return filter(put_line);
    if (args[0] && !strcmp(args[0], "without")) return filter(put_if_wanted);
    if (args[0] && !strcmp(args[0], "tally") && !args[1]) return filter(put_tally);
    fprintf(stderr, "usage: stages [-c] words | without WORD... | tally\n");
    return 2;
}
