/* A page whose loop is in C, in an emscripten program of one thread, while guests compute on Millrace's workers.
 * Nothing here waits: each frame looks what has come, draws, and returns. */
#include <emscripten.h>
#include <math.h>
#include <stdio.h>

#include "page.h"

#define WORKERS 3u

struct frames {
    unsigned n;
    unsigned n_busy;   /* drawn while a guest computed */
    double longest_ms; /* between two of those */
    double last_ms;
    bool was_busy;
};

static struct frames frames;

static void show_number(const char *selector, const char *format, double number)
{
    char text[64];
    snprintf(text, sizeof text, format, number);
    page_text(selector, text);
}

static void count_frame(double now_ms, bool busy)
{
    frames.n++;
    if (busy) frames.n_busy++;
    if (busy && frames.was_busy) frames.longest_ms = fmax(frames.longest_ms, now_ms - frames.last_ms);
    frames.was_busy = busy;
    frames.last_ms = now_ms;
    show_number("#frames", "%.0f", frames.n);
    show_number("#frames-busy", "%.0f", frames.n_busy);
    show_number("#longest", "%.0f ms", frames.longest_ms);
}

static void frame(void)
{
    double now_ms = emscripten_get_now();
    count_frame(now_ms, tasks_look() > 0);
    scene_draw(now_ms / 1000);
}

static void complain(int status)
{
    char text[512];
    snprintf(text, sizeof text, "%s. %s", pool_strerror(status), pool_error_text());
    page_text("#alert", text);
    page_attribute("#alert", "hidden", NULL);
}

static void on_module(void *user, int status, pool_module_t module)
{
    pool_t *pool = user;
    if (status != 0) {
        complain(status);
    } else {
        tasks_ready(pool, module);
    }
}

static void on_pool(void *user, int status, pool_t *pool)
{
    static const struct pool_module_config sieve = {.url = "guests/sieve.wasm"};
    (void)user;
    if (status == 0) status = pool_module_load_async(pool, &sieve, on_module, pool);
    if (status != 0) complain(status);
}

int main(void)
{
    static const struct pool_config config = {.n_workers = WORKERS};
    int status = pool_create_async(&config, on_pool, NULL);
    if (status != 0) complain(status);
    emscripten_set_main_loop(frame, 0, false); /* as often as the browser draws */
    return 0;
}
