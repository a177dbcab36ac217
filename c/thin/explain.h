/* What pool_error_text says about the last failure. */
#ifndef MILLRACE_THIN_EXPLAIN_H
#define MILLRACE_THIN_EXPLAIN_H

/* Begins a call: what was known about the last failure is forgotten. */
void pool__thin_begin(void);
/* Keeps what is known about a failure; takes the text over, which may be NULL. */
void pool__thin_explain(char *text);
/* Gives the text to the caller, who passes it to pool__thin_explain later. */
char *pool__thin_take_explanation(void);
/* pool__thin_explain with a constant. */
void pool__thin_remark(const char *text);

#endif
