/* lines: what pipelines are made of.
 *
 *   lines seq [N]   writes the numbers from 1 to N, one a line; without N it ends only when nobody reads any more
 *   lines head N    copies the first N lines and stops
 *   lines upper     copies everything, in capitals
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int finish(void)
{
    return fflush(stdout) == 0 && !ferror(stdin) && !ferror(stdout) ? 0 : 1;
}

static int seq(unsigned long last)
{
    for (unsigned long i = 1; i <= last && !ferror(stdout); i++) printf("%lu\n", i);
    return finish();
}

static int head(unsigned long n)
{
    for (int byte; n > 0 && (byte = getchar()) != EOF; n -= byte == '\n') putchar(byte);
    return finish();
}

static int upper(void)
{
    for (int byte; (byte = getchar()) != EOF && !ferror(stdout);) putchar(toupper(byte));
    return finish();
}

int main(int argc, char **argv)
{
    unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : (unsigned long)-1;
    if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "seq")) return seq(n);
    if (argc == 3 && !strcmp(argv[1], "head")) return head(n);
    if (argc == 2 && !strcmp(argv[1], "upper")) return upper();
    fprintf(stderr, "usage: lines seq [N] | head N | upper\n");
    return 2;
}
