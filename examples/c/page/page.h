/* What page.lib.js does for the program, and what its files do for each other. */
#ifndef PAGE_H
#define PAGE_H

#include <pool.h>

/* page.lib.js: the parts of a page that html5.h does not reach. */
void page_text(const char *selector, const char *text);
void page_attribute(const char *selector, const char *name, const char *value);
void page_show(const char *selector, const unsigned char *pixels, int width, int height);

/* scene.c: draws the mill, `seconds` since it began to turn. */
void scene_draw(double seconds);

/* tasks.c: the guests that compute, in cards of the page. */
void tasks_ready(pool_t *pool, pool_module_t sieve);
/* Once in each frame: reads how far they are. How many run. */
int tasks_look(void);

#endif
