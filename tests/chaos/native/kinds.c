/* The kinds of operations, and how often each comes. */
#include "chaos/native/chaos.h"

const struct kind chaos_kinds[] = {
    {.name = "compute", .weight = 12, .run = chaos_compute},
    {.name = "sleep", .weight = 8, .run = chaos_sleep},
    {.name = "endless", .weight = 8, .endless = true, .run = chaos_endless},
    {.name = "nested", .weight = 8, .run = chaos_nested},
    {.name = "crowd", .weight = 3, .run = chaos_crowd},
    {.name = "resize", .weight = 3, .run = chaos_resize},
    {.name = "capture", .weight = 12, .run = chaos_capture},
    {.name = "converse", .weight = 16, .run = chaos_converse},
    {.name = "pipeline", .weight = 8, .run = chaos_pipeline},
    {.name = "leave", .weight = 8, .run = chaos_leave},
    {.name = "pipes", .weight = 2, .run = chaos_pipes},
    {.name = "ready", .weight = 8, .run = chaos_ready},
    {.name = "calls", .weight = 14, .run = chaos_calls},
    {.name = "unanswered", .weight = 6, .endless = true, .run = chaos_unanswered},
    {.name = "own volume", .weight = 6, .run = chaos_own_volume},
    {.name = "shared volume", .weight = 8, .run = chaos_shared_volume},
    {.name = "full volume", .weight = 4, .run = chaos_full_volume},
    {.name = "brief", .weight = 3, .run = chaos_brief},
    {.name = NULL},
};
