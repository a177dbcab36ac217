/* bulk: moves bytes and does nothing else, to measure how fast pipes are.
 *
 *   bulk write BYTES CHUNK    writes BYTES bytes to standard output, CHUNK at a time
 *   bulk read CHUNK           reads standard input to its end, at most CHUNK at a time; prints how many bytes came
 *   bulk read CHUNK check     the same, and behind it a checksum of them (64-bit FNV-1a, 16 hexadecimal digits)
 *
 * The byte at offset i of what is written is i % 251. A prime is not a divisor of any size that buffers have, so
 * bytes that are lost, repeated or in the wrong order change the checksum.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PERIOD 251u
#define CHUNK_MAX (1u << 30)

static bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
    *number = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9') return false;
        uint64_t digit = (uint64_t)(*c - '0');
        if (*number > (max - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return *text != '\0';
}

/* write() may take less than it was given. */
static bool write_all(const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, data, size);
        if (n < 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static int bulk_write(uint64_t n_bytes, size_t chunk)
{
    /* One period more than a chunk: a chunk from any place of the pattern is in there as it stands. */
    uint8_t *pattern = malloc(chunk + PERIOD);
    if (!pattern) return 1;
    for (size_t i = 0; i < chunk + PERIOD; i++) pattern[i] = (uint8_t)(i % PERIOD);
    for (uint64_t done = 0; done < n_bytes;) {
        size_t size = n_bytes - done < chunk ? (size_t)(n_bytes - done) : chunk;
        if (!write_all(pattern + done % PERIOD, size)) return 1;
        done += size;
    }
    return 0;
}

static uint64_t add_to_checksum(uint64_t checksum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) checksum = (checksum ^ data[i]) * 0x100000001b3u;
    return checksum;
}

static int bulk_read(size_t chunk, bool with_checksum)
{
    uint64_t n_bytes = 0, checksum = 0xcbf29ce484222325u;
    uint8_t *data = malloc(chunk);
    if (!data) return 1;
    ssize_t n;
    while ((n = read(STDIN_FILENO, data, chunk)) > 0) {
        n_bytes += (uint64_t)n;
        if (with_checksum) checksum = add_to_checksum(checksum, data, (size_t)n);
    }
    if (n < 0) return 1;
    printf("%llu", (unsigned long long)n_bytes);
    if (with_checksum) printf(" %016llx", (unsigned long long)checksum);
    printf("\n");
    return fflush(stdout) == 0 ? 0 : 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: bulk write BYTES CHUNK, or bulk read CHUNK [check]\n");
    return 2;
}

int main(int argc, char **argv)
{
    uint64_t n_bytes, chunk;
    bool writes = argc == 4 && strcmp(argv[1], "write") == 0;
    bool reads = (argc == 3 || argc == 4) && strcmp(argv[1], "read") == 0;
    bool checks = reads && argc == 4;
    if (!writes && !reads) return usage();
    if (checks && strcmp(argv[3], "check") != 0) return usage();
    if (!parse_number(argv[writes ? 3 : 2], CHUNK_MAX, &chunk) || chunk == 0) return usage();
    if (writes && !parse_number(argv[2], UINT64_MAX, &n_bytes)) return usage();
    int status = writes ? bulk_write(n_bytes, (size_t)chunk) : bulk_read((size_t)chunk, checks);
    if (status != 0) perror("bulk");
    return status;
}
