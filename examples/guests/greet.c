/* greet: a conversation. It asks, waits for an answer, and asks again: the simplest program that needs a standard
 * input which blocks. Ends with 3 if the input ends before both answers are there.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Standard output is a pipe, which C buffers fully: without the flush the question would come after its answer. */
static void say(const char *before, const char *middle, const char *after)
{
    printf("%s%s%s\n", before, middle, after);
    fflush(stdout);
}

/* Reads a line without its end; what does not fit is thrown away. False: the input has ended. */
static bool listen(char *line, int size)
{
    if (!fgets(line, size, stdin)) return false;
    size_t length = strcspn(line, "\r\n");
    if (line[length] == '\0') {
        for (int c = getchar(); c != '\n' && c != EOF;) c = getchar();
    }
    line[length] = '\0';
    return true;
}

int main(void)
{
    char name[256], colour[256];
    say("What is your name?", "", "");
    if (!listen(name, sizeof name)) return 3;
    say("Hello, ", name, "!");
    say("And your colour?", "", "");
    if (!listen(colour, sizeof colour)) return 3;
    say("", colour, " is a good choice.");
    return 0;
}
