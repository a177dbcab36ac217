/* wordcount [-n N] < text: lines, words and bytes as `wc` counts them, then the N most frequent words (10).
 *
 * Reads standard input in pieces and keeps nothing but the words, so the input may be of any size, have lines of any
 * length, and be no text at all. Progress goes to standard error.
 *
 * A word is what stands between white space. In the table of the most frequent ones "The", "the" and "the," are the
 * same word: letters are made small, and punctuation on both sides is cut off. Words that are longer than WORD_MAX
 * bytes are counted, but do not get into the table: a file without white space would otherwise be one huge word.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES 65536u
#define PROGRESS_BYTES (16u << 20)
#define WORD_MAX 256u
#define SLOTS_AT_FIRST 4096u /* a power of two, as every size of the table is */

struct entry {
    char *text; /* not ended by a NUL, since the word may contain one; NULL: the slot is free */
    uint32_t size;
    uint32_t hash;
    uint64_t count;
};

/* A hash table with open addressing: an entry is in the first free slot from the one that its hash names. */
struct table {
    struct entry *slots;
    uint32_t n_slots;
    uint32_t n_used;
    bool is_full; /* there was no memory for more: known words are still counted */
};

struct counts {
    uint64_t lines;
    uint64_t words;
    uint64_t bytes;
    uint64_t next_progress;
    struct table table;
    char word[WORD_MAX]; /* the word being read: a piece may end in the middle of one */
    uint32_t word_size;  /* may be more than WORD_MAX: then it is too long, and word[] has its beginning */
};

/* FNV-1a: short, and good enough for words. */
static uint32_t hash_of(const char *text, uint32_t size)
{
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < size; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash;
}

static struct entry *find(const struct table *table, const char *text, uint32_t size, uint32_t hash)
{
    uint32_t mask = table->n_slots - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        struct entry *entry = &table->slots[i];
        if (!entry->text) return entry;
        if (entry->hash == hash && entry->size == size && memcmp(entry->text, text, size) == 0) return entry;
    }
}

/* Makes a table of twice the size; the words themselves stay where they are. */
static bool grow(struct table *table)
{
    uint32_t n_slots = table->n_slots ? table->n_slots * 2 : SLOTS_AT_FIRST;
    struct table bigger = {calloc(n_slots, sizeof(struct entry)), n_slots, table->n_used, false};
    if (!bigger.slots) return false;
    for (uint32_t i = 0; i < table->n_slots; i++) {
        const struct entry *entry = &table->slots[i];
        if (entry->text) *find(&bigger, entry->text, entry->size, entry->hash) = *entry;
    }
    free(table->slots);
    *table = bigger;
    return true;
}

/* Puts a word that is not yet there into its slot. False: there is no memory. */
static bool add(struct table *table, const char *text, uint32_t size, uint32_t hash)
{
    if (table->is_full) return false;
    /* Never more than three quarters full: the walk from slot to slot would become long. */
    if (table->n_used + 1 > table->n_slots / 4 * 3 && !grow(table)) return false;
    char *copy = malloc(size);
    if (!copy) return false;
    memcpy(copy, text, size);
    *find(table, text, size, hash) = (struct entry){copy, size, hash, 1};
    table->n_used++;
    return true;
}

static void count_in_table(struct table *table, const char *text, uint32_t size)
{
    uint32_t hash = hash_of(text, size);
    struct entry *entry = find(table, text, size, hash);
    if (entry->text) {
        entry->count++;
    } else if (!add(table, text, size, hash) && !table->is_full) {
        table->is_full = true;
        fprintf(stderr, "wordcount: out of memory; words that were not seen until here will not be in the table\n");
    }
}

static void end_word(struct counts *counts)
{
    uint32_t from = 0, to = counts->word_size;
    if (to == 0) return;
    counts->words++;
    counts->word_size = 0;
    if (to > WORD_MAX) return;
    while (from < to && ispunct((uint8_t)counts->word[from])) from++;
    while (to > from && ispunct((uint8_t)counts->word[to - 1])) to--;
    if (from < to) count_in_table(&counts->table, counts->word + from, to - from);
}

static void count_piece(struct counts *counts, const uint8_t *piece, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = piece[i];
        if (byte == '\n') counts->lines++;
        if (isspace(byte)) {
            end_word(counts);
        } else {
            if (counts->word_size < WORD_MAX) counts->word[counts->word_size] = (char)tolower(byte);
            if (counts->word_size <= WORD_MAX) counts->word_size++; /* stops there, so that it cannot overflow */
        }
    }
    counts->bytes += size;
}

static void report_progress(struct counts *counts)
{
    if (counts->bytes < counts->next_progress) return;
    fprintf(stderr, "wordcount: %llu MiB, %llu words so far\n", (unsigned long long)(counts->bytes >> 20),
            (unsigned long long)counts->words);
    counts->next_progress = (counts->bytes / PROGRESS_BYTES + 1) * PROGRESS_BYTES;
}

/* Reads to the end. read() gives what there is and waits only if there is nothing, so nothing is late. */
static bool count_stdin(struct counts *counts)
{
    static uint8_t piece[PIECE_BYTES];
    ssize_t n;
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0) {
        count_piece(counts, piece, (size_t)n);
        report_progress(counts);
    }
    end_word(counts);
    return n == 0;
}

/* The more frequent first; of equally frequent ones the one that comes first in a dictionary of bytes. */
static int by_count(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* Control characters would do things to a terminal. */
static void print_word(const struct entry *entry)
{
    for (uint32_t i = 0; i < entry->size; i++) {
        uint8_t byte = (uint8_t)entry->text[i];
        if (iscntrl(byte)) {
            printf("\\x%02x", byte);
        } else {
            putchar(byte);
        }
    }
    putchar('\n');
}

static void print_top(struct table *table, uint32_t n_top)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->n_slots; i++) {
        if (table->slots[i].text) table->slots[n++] = table->slots[i];
    }
    qsort(table->slots, n, sizeof(struct entry), by_count);
    for (uint32_t i = 0; i < n && i < n_top; i++) {
        printf("%10llu  ", (unsigned long long)table->slots[i].count);
        print_word(&table->slots[i]);
    }
}

/* False: these are not our arguments. */
static bool parse_arguments(int argc, char **argv, uint32_t *n_top)
{
    *n_top = 10;
    if (argc == 1) return true;
    if (argc != 3 || strcmp(argv[1], "-n") != 0 || !isdigit((uint8_t)argv[2][0])) return false;
    char *end;
    unsigned long n = strtoul(argv[2], &end, 10);
    *n_top = (uint32_t)n;
    return *end == '\0' && n <= 1000000;
}

int main(int argc, char **argv)
{
    static struct counts counts = {.next_progress = PROGRESS_BYTES};
    uint32_t n_top;
    if (!parse_arguments(argc, argv, &n_top)) {
        fprintf(stderr, "usage: wordcount [-n N] < text\n");
        return 2;
    }
    if (!grow(&counts.table) || !count_stdin(&counts)) {
        fprintf(stderr, "wordcount: cannot read standard input, or no memory\n");
        return 1;
    }
    printf("%10llu  lines\n%10llu  words\n%10llu  bytes\n", (unsigned long long)counts.lines,
           (unsigned long long)counts.words, (unsigned long long)counts.bytes);
    if (n_top > 0) printf("\nThe most frequent of %lu different words:\n", (unsigned long)counts.table.n_used);
    print_top(&counts.table, n_top);
    return fflush(stdout) == 0 ? 0 : 1;
}
