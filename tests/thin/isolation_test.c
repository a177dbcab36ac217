/* A page that is not cross-origin isolated: what a program is told. */
#include "check.h"

static void on_created(void *user, int status, pool_t *created)
{
    CHECK(user == NULL && created == NULL);
    EQUAL(status, POOL_ENOTSUP);
    CHECK(strstr(pool_error_text(), "Cross-Origin-Embedder-Policy") != NULL);
    CHECK(strstr(pool_error_text(), "no engine") != NULL); /* whatever it can do else */
    CHECK(strstr(pool_error_text(), "JSPI") == NULL);
    finish();
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(NULL, on_created, NULL), 0);
    return 0;
}
