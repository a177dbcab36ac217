/* crossing: how long one call of WASI takes, in nanoseconds, by the guest's own clock.
 *
 *     crossing clock_time_get|fd_write|fd_read|fd_pread N
 *
 * Calls N times and writes the figure to stderr. fd_write writes three bytes to stdout, where there should be room for
 * all of them; fd_read reads a byte of stdin, which should have as many; fd_pread reads 4 KiB of the file `pages` of
 * 1 MiB, which should be in the first directory that the guest is given.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#define FIRST_DIRECTORY 3
#define PAGES_BYTES (1u << 20)

static uint64_t now_ns(void)
{
    __wasi_timestamp_t now = 0;
    if (__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &now)) exit(3);
    return now;
}

static void ask_the_time(void)
{
    now_ns();
}

static void write_three_bytes(void)
{
    static const uint8_t bytes[3] = "abc";
    __wasi_ciovec_t iov = {bytes, sizeof bytes};
    __wasi_size_t written = 0;
    if (__wasi_fd_write(1, &iov, 1, &written) || written != sizeof bytes) exit(4);
}

static void read_a_byte(void)
{
    uint8_t byte;
    __wasi_iovec_t iov = {&byte, 1};
    __wasi_size_t n = 0;
    if (__wasi_fd_read(0, &iov, 1, &n) || n != 1) exit(5);
}

static __wasi_fd_t open_pages(void)
{
    __wasi_fd_t fd;
    const __wasi_rights_t rights = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_SEEK;
    if (__wasi_path_open(FIRST_DIRECTORY, 0, "pages", 0, rights, 0, 0, &fd)) exit(6);
    return fd;
}

static void read_a_page(void)
{
    static uint8_t page[4096];
    static __wasi_fd_t pages; /* never 0, which is stdin */
    static __wasi_filesize_t offset;
    if (!pages) pages = open_pages();
    __wasi_iovec_t iov = {page, sizeof page};
    __wasi_size_t n = 0;
    if (__wasi_fd_pread(pages, &iov, 1, offset, &n) || n != sizeof page) exit(7);
    offset = (offset + sizeof page) % PAGES_BYTES;
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {{"clock_time_get", ask_the_time},
             {"fd_write", write_three_bytes},
             {"fd_read", read_a_byte},
             {"fd_pread", read_a_page}};

static void measure(void (*call)(void), uint64_t n)
{
    call(); /* what is done once for each guest is no part of it */
    uint64_t begin = now_ns();
    for (uint64_t i = 1; i < n; i++) call();
    fprintf(stderr, "%.1f\n", (double)(now_ns() - begin) / (double)(n - 1));
}

int main(int argc, char **argv)
{
    uint64_t n = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    for (size_t i = 0; n > 1 && i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(argv[1], calls[i].name) != 0) continue;
        measure(calls[i].call, n);
        return 0;
    }
    fprintf(stderr, "usage: crossing clock_time_get|fd_write|fd_read|fd_pread N\n");
    return 2;
}
