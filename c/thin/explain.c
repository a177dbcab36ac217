/* What pool_error_text says about the last failure. */
#include "thin/explain.h"

#include <stdlib.h>

#include "core/check.h"
#include "pool.h"

static char *explanation;
static const char *remark; /* the same, but nobody frees it */

void pool__thin_begin(void)
{
    pool__thin_explain(NULL);
}

void pool__thin_explain(char *text)
{
    free(explanation);
    explanation = text;
    remark = NULL;
}

char *pool__thin_take_explanation(void)
{
    char *text = explanation;
    explanation = NULL;
    return text;
}

void pool__thin_remark(const char *text)
{
    pool__thin_explain(NULL);
    remark = text;
}

const char *pool_error_text(void)
{
    POOL_ASSERT(!remark || !explanation);
    if (remark) return remark;
    return explanation ? explanation : "";
}
