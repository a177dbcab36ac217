/* mandelbrot [WIDTH HEIGHT TILE MAX_ITERATIONS [FIRST_TILE COUNT]]: a view of the Mandelbrot set, tile by tile.
 *
 * For each finished tile one binary record goes to standard output: x, y, width and height in pixels, each a
 * little-endian 32-bit number, then width * height pixels of 4 bytes: red, green, blue, alpha, row by row. Tiles come
 * in the order of reading; the last ones of a row and of a column are smaller if the size does not divide.
 *
 * FIRST_TILE and COUNT choose some of the tiles, so that several jobs can share one picture.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Deep in the seahorse valley, among the spirals: a small copy of the whole set. */
#define CENTRE_X (-0.743643887037151)
#define CENTRE_Y 0.131825904205330
#define VIEW_WIDTH 0.00005

#define SAMPLES 2u               /* along each side of a pixel: 2 by 2 make smooth edges */
#define ESCAPE_SQUARED 256.0     /* far outside, which makes the fractional part of the iterations exact */
#define PALETTE_COLOURS 2048u    /* a power of two */
#define COLOURS_AN_OCTAVE 800.0f /* how fast the colours change, by the logarithm of the iterations */
#define FIRST_COLOUR 900.0f      /* chosen so that the background is blue */
#define SIDE_MAX 32768u
#define TILE_MAX 4096u /* 64 MiB */
#define HEADER_BYTES 16u

struct colour {
    uint8_t red, green, blue;
};

struct picture {
    uint32_t width, height, tile, max_iterations;
    uint32_t first_tile, n_tiles;
    struct colour palette[PALETTE_COLOURS];
};

/* A smooth wave from 0 to 255 round the palette. */
static uint8_t wave(uint32_t i, double shift)
{
    double turn = 6.283185307179586 * ((double)i / PALETTE_COLOURS + shift);
    return (uint8_t)(127.5 - 127.5 * cos(turn));
}

/* Three waves, a little apart: from dark blue over white to gold and back. */
static void mix_palette(struct colour *palette)
{
    for (uint32_t i = 0; i < PALETTE_COLOURS; i++) {
        palette[i] = (struct colour){wave(i, 0), wave(i, 0.07), wave(i, 0.18)};
    }
}

/* How many iterations until the point escapes, with a fraction, so that there are no bands; negative: it does not. */
static float iterate(double x, double y, uint32_t max_iterations)
{
    double a = 0, b = 0, aa = 0, bb = 0;
    uint32_t n = 0;
    while (n < max_iterations && aa + bb < ESCAPE_SQUARED) {
        b = 2 * a * b + y;
        a = aa - bb + x;
        aa = a * a;
        bb = b * b;
        n++;
    }
    if (aa + bb < ESCAPE_SQUARED) return -1;
    return (float)n + 1 - log2f(log2f((float)(aa + bb)) / 2);
}

static struct colour colour_of(const struct picture *picture, float iterations)
{
    if (iterations < 0) return (struct colour){0, 0, 0};
    float position = FIRST_COLOUR + log2f(iterations > 1 ? iterations : 1) * COLOURS_AN_OCTAVE;
    return picture->palette[(uint32_t)position % PALETTE_COLOURS];
}

/* The mean of the pixel's samples. */
static void render_pixel(const struct picture *picture, uint32_t pixel_x, uint32_t pixel_y, uint8_t *rgba)
{
    double step = VIEW_WIDTH / (picture->width * SAMPLES);
    double left = CENTRE_X - step * (picture->width * SAMPLES - 1) / 2;
    double top = CENTRE_Y + step * (picture->height * SAMPLES - 1) / 2;
    uint32_t red = 0, green = 0, blue = 0;
    for (uint32_t i = 0; i < SAMPLES * SAMPLES; i++) {
        double x = left + step * (pixel_x * SAMPLES + i % SAMPLES), y = top - step * (pixel_y * SAMPLES + i / SAMPLES);
        struct colour colour = colour_of(picture, iterate(x, y, picture->max_iterations));
        red += colour.red;
        green += colour.green;
        blue += colour.blue;
    }
    rgba[0] = (uint8_t)(red / (SAMPLES * SAMPLES));
    rgba[1] = (uint8_t)(green / (SAMPLES * SAMPLES));
    rgba[2] = (uint8_t)(blue / (SAMPLES * SAMPLES));
    rgba[3] = 255;
}

/* write() may take less than it was given. */
static bool write_all(const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, data, size);
        if (n < 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static void put_number(uint8_t *out, uint32_t number)
{
    for (uint32_t i = 0; i < 4; i++) out[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t tiles_along(uint32_t side, uint32_t tile)
{
    return (side + tile - 1) / tile;
}

/* Renders one tile into the record and sends it off at once: whoever shows the picture wants to see it grow. */
static bool render_tile(const struct picture *picture, uint32_t number, uint8_t *record)
{
    uint32_t columns = tiles_along(picture->width, picture->tile);
    uint32_t x = number % columns * picture->tile, y = number / columns * picture->tile;
    uint32_t width = smaller(picture->tile, picture->width - x), height = smaller(picture->tile, picture->height - y);
    const uint32_t header[] = {x, y, width, height};
    for (uint32_t i = 0; i < 4; i++) put_number(record + 4 * i, header[i]);
    uint8_t *rgba = record + HEADER_BYTES;
    for (uint32_t i = 0; i < width * height; i++) render_pixel(picture, x + i % width, y + i / width, rgba + 4 * i);
    return write_all(record, HEADER_BYTES + (size_t)width * height * 4);
}

/* A whole number up to max, and nothing else. */
static bool parse_number(const char *text, uint32_t max, uint32_t *number)
{
    uint64_t value = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9') return false;
        value = value * 10 + (uint64_t)(*c - '0');
        if (value > max) return false;
    }
    *number = (uint32_t)value;
    return *text != '\0';
}

static bool parse_picture(char **argv, struct picture *picture)
{
    return parse_number(argv[1], SIDE_MAX, &picture->width) && parse_number(argv[2], SIDE_MAX, &picture->height) &&
           parse_number(argv[3], TILE_MAX, &picture->tile) &&
           parse_number(argv[4], UINT32_MAX, &picture->max_iterations);
}

static bool parse_arguments(int argc, char **argv, struct picture *picture)
{
    if (argc != 1 && argc != 5 && argc != 7) return false;
    if (argc > 1 && !parse_picture(argv, picture)) return false;
    if (picture->width == 0 || picture->height == 0 || picture->tile == 0) return false;
    uint32_t n = tiles_along(picture->width, picture->tile) * tiles_along(picture->height, picture->tile);
    picture->n_tiles = n;
    if (argc < 7) return true;
    if (!parse_number(argv[5], n, &picture->first_tile)) return false;
    return parse_number(argv[6], n - picture->first_tile, &picture->n_tiles);
}

int main(int argc, char **argv)
{
    static struct picture picture = {.width = 900, .height = 600, .tile = 64, .max_iterations = 5000};
    if (!parse_arguments(argc, argv, &picture)) {
        fprintf(stderr, "usage: mandelbrot [WIDTH HEIGHT TILE MAX_ITERATIONS [FIRST_TILE COUNT]]\n");
        return 2;
    }
    size_t side_x = smaller(picture.tile, picture.width), side_y = smaller(picture.tile, picture.height);
    uint8_t *record = malloc(HEADER_BYTES + side_x * side_y * 4);
    if (!record) {
        perror("mandelbrot");
        return 1;
    }
    mix_palette(picture.palette);
    for (uint32_t i = 0; i < picture.n_tiles; i++) {
        if (!render_tile(&picture, picture.first_tile + i, record)) return 1; /* nobody looks any more */
    }
    return 0;
}
