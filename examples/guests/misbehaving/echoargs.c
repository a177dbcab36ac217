/* echoargs: prints how many arguments there are, then each of them, then each variable of the environment, one a line
 * and byte for byte: what the host gave is what must come out. (It behaves well; its arguments are what may be odd.)
 */
#include <stdio.h>

extern char **environ;

int main(int argc, char **argv)
{
    printf("%d\n", argc);
    for (int i = 0; i < argc; i++) puts(argv[i]);
    for (char **variable = environ; variable && *variable; variable++) puts(*variable);
    return fflush(stdout) == 0 ? 0 : 1;
}
