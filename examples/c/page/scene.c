/* A mill wheel that turns in a stream, drawn point by point. */
#include <math.h>

#include "page.h"

#define WIDTH 520
#define HEIGHT 340
#define CENTER_X 260.0f
#define CENTER_Y 170.0f
#define SPOKES 12.0f
#define TURN 6.2831853f

struct color {
    float red, green, blue;
};

static const struct color sky_top = {196, 222, 230}, sky_low = {250, 236, 212}, wood = {160, 111, 67},
                          dark_wood = {110, 74, 47}, water = {63, 157, 187}, foam = {236, 248, 251};

static unsigned char pixels[WIDTH * HEIGHT * 4];
static float radii[WIDTH * HEIGHT], angles[WIDTH * HEIGHT]; /* from the wheel's centre; in spokes */

static float clamp(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* `share` of `over` on `under`. */
static struct color mix(struct color under, struct color over, float share)
{
    return (struct color){under.red + (over.red - under.red) * share, under.green + (over.green - under.green) * share,
                          under.blue + (over.blue - under.blue) * share};
}

/* How much of a point a stroke covers: 1 within `half` of its middle, and soft at its edge. */
static float stroke(float distance, float half)
{
    return clamp(half + 0.5f - fabsf(distance));
}

static struct color wheel_on(struct color under, float radius, float angle)
{
    float side = (angle - floorf(angle) - 0.5f) * radius * TURN / SPOKES; /* from the nearest spoke's middle */
    float spoke = radius < 104 ? stroke(side, 3) : 0;
    float paddle = stroke(radius - 120, 16) * stroke(side, 4.5f);
    struct color color = mix(under, wood, spoke);
    color = mix(color, dark_wood, paddle);
    color = mix(color, wood, stroke(radius - 76, 3));
    color = mix(color, dark_wood, stroke(radius - 108, 5));
    return mix(color, dark_wood, stroke(radius, 14));
}

static struct color water_on(struct color under, float x, float y, float seconds)
{
    float level = 262 + 4 * sinf(x * 0.045f - seconds * 3) + 2 * sinf(x * 0.11f - seconds * 5);
    struct color color = mix(under, water, 0.78f * clamp(y - level));
    float ripple = sinf(x * 0.07f + y * 0.35f - seconds * 4) * sinf(y * 0.21f + x * 0.013f);
    color = mix(color, foam, y > level + 6 ? 0.25f * clamp(ripple * 4 - 2.4f) : 0);
    return mix(color, foam, 0.9f * stroke(y - level, 1.2f));
}

static void measure(void)
{
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        float x = (float)(i % WIDTH) - CENTER_X, y = (float)(i / WIDTH) - CENTER_Y;
        radii[i] = hypotf(x, y);
        angles[i] = atan2f(y, x) / TURN * SPOKES;
    }
}

void scene_draw(double seconds)
{
    static bool is_measured;
    float turned = (float)fmod(seconds * 1.6, SPOKES), time = (float)fmod(seconds, 1000);
    if (!is_measured) measure();
    is_measured = true;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        float x = (float)(i % WIDTH), y = (float)(i / WIDTH);
        struct color color = mix(sky_top, sky_low, y / HEIGHT);
        if (radii[i] < 140) color = wheel_on(color, radii[i], angles[i] + turned);
        if (y > 250) color = water_on(color, x, y, time);
        unsigned char *pixel = &pixels[i * 4];
        pixel[0] = (unsigned char)color.red;
        pixel[1] = (unsigned char)color.green;
        pixel[2] = (unsigned char)color.blue;
        pixel[3] = 255;
    }
    page_show("#scene", pixels, WIDTH, HEIGHT);
}
