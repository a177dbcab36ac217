/* terminal: asks what an interactive program asks. Says which of its stdin, stdout and stderr are terminals and how large
 * they say they are; then echoes each line. It never flushes: on a terminal its C library does, at the end of each line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *or_none(const char *text)
{
    return text ? text : "none";
}

int main(void)
{
    char line[256];
    printf("%d %d %d\n", isatty(0), isatty(1), isatty(2));
    printf("%s x %s\n", or_none(getenv("COLUMNS")), or_none(getenv("LINES")));
    while (fgets(line, sizeof line, stdin)) printf("> %s", line);
    return ferror(stdin) || ferror(stdout) ? 1 : 0;
}
