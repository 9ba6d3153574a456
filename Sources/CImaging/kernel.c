// The built-in network kernel: a chain of 3x3 and 1x1 convolutions that ends in one logit a cell. It exists so that a machine without
// OpenVINO can run the shipped model, and as an independent second implementation that tests compare with.
//
// File layout (`.wardnet`, little endian): "WARDNET1"; u32 channels (1), rows, columns, layers; for each layer u32 inputs, outputs,
// kernel (1 or 3), stride (1 or 2), padding (kernel / 2), relu (0 or 1), then f32 weights [outputs][inputs][kernel][kernel] and
// f32 bias [outputs]; last f32 scale, offset. heat = sigmoid(logits), prob = sigmoid(scale * max(logits) + offset).
#include "CImaging.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef float float8 __attribute__((vector_size(32), aligned(4)));

enum { MAXIMUM_LAYERS = 32, MAXIMUM_CHANNELS = 512, MAXIMUM_SIDE = 2048 };

typedef struct layer {
    uint32_t inputs, outputs, kernel, stride, is_relu;
    uint32_t out_stride, out_rows, out_columns;
    float *weights, *bias;
} layer;

struct ward_kernel {
    uint32_t rows, columns, count;
    float scale, offset;
    layer layers[MAXIMUM_LAYERS];
    /// Floats of the largest activation, its border included.
    size_t largest;
};

struct ward_kernel_session {
    const ward_kernel *kernel;
    float *from, *to;
};

#define CONVOLVE convolve_generic
#define CONVOLVE_TARGET
#include "kernel_convolution.h"
#undef CONVOLVE
#undef CONVOLVE_TARGET

#if defined(__x86_64__)
#define CONVOLVE convolve_avx2
#define CONVOLVE_TARGET __attribute__((target("avx2,fma")))
#include "kernel_convolution.h"
#undef CONVOLVE
#undef CONVOLVE_TARGET
#endif

static void convolve(const layer *l, const float *input, uint32_t in_columns, uint32_t in_stride, float *output) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        convolve_avx2(l, input, in_columns, in_stride, output, l->out_rows, l->out_columns);
        return;
    }
#endif
    convolve_generic(l, input, in_columns, in_stride, output, l->out_rows, l->out_columns);
}

typedef struct cursor {
    const uint8_t *bytes;
    size_t count, position;
    int is_short;
} cursor;

static uint32_t take_word(cursor *source) {
    if (source->count - source->position < 4) {
        source->is_short = 1;
        return 0;
    }
    const uint8_t *b = source->bytes + source->position;
    source->position += 4;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static float take_float(cursor *source) {
    uint32_t word = take_word(source);
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static const char *read_layer(cursor *source, layer *l, uint32_t inputs, uint32_t rows, uint32_t columns) {
    l->inputs = take_word(source), l->outputs = take_word(source), l->kernel = take_word(source), l->stride = take_word(source);
    uint32_t padding = take_word(source);
    l->is_relu = take_word(source);
    if (source->is_short) return "the file ends inside a layer";
    if (l->inputs != inputs) return "a layer's inputs are not the outputs of the layer before";
    if (l->outputs == 0 || l->outputs > MAXIMUM_CHANNELS) return "a layer has no outputs or too many";
    if ((l->kernel != 1 && l->kernel != 3) || padding != l->kernel / 2) return "a layer's kernel is neither 1x1 nor 3x3 with equal padding";
    if ((l->stride != 1 && l->stride != 2) || l->is_relu > 1) return "a layer's stride or activation is unknown";
    l->out_stride = (l->outputs + 7) / 8 * 8;
    l->out_rows = (rows + l->stride - 1) / l->stride, l->out_columns = (columns + l->stride - 1) / l->stride;
    size_t taps = (size_t)l->kernel * l->kernel, floats = (size_t)l->outputs * l->inputs * taps;
    if ((source->count - source->position) / 4 < floats + l->outputs) return "the file ends inside a layer's weights";
    l->weights = calloc((size_t)l->out_stride * l->inputs * taps, sizeof(float));
    l->bias = calloc(l->out_stride, sizeof(float));
    if (l->weights == NULL || l->bias == NULL) return "not enough memory for the weights";
    for (uint32_t o = 0; o < l->outputs; o++)
        for (uint32_t i = 0; i < l->inputs; i++)
            for (size_t t = 0; t < taps; t++) {
                float value = take_float(source);
                if (!isfinite(value)) return "a weight is not a finite number";
                l->weights[(((size_t)(o / 8) * taps + t) * l->inputs + i) * 8 + o % 8] = value;
            }
    for (uint32_t o = 0; o < l->outputs; o++) l->bias[o] = take_float(source);
    return NULL;
}

static const char *read_kernel(cursor *source, ward_kernel *kernel) {
    if (source->count < 8 || memcmp(source->bytes, "WARDNET1", 8) != 0) return "it does not begin with WARDNET1";
    source->position = 8;
    uint32_t channels = take_word(source);
    kernel->rows = take_word(source), kernel->columns = take_word(source), kernel->count = take_word(source);
    if (source->is_short || channels != 1) return "its header is cut off or asks for more than one channel";
    if (kernel->rows < 8 || kernel->columns < 8 || kernel->rows > MAXIMUM_SIDE || kernel->columns > MAXIMUM_SIDE)
        return "its input size is out of bounds";
    if (kernel->count == 0 || kernel->count > MAXIMUM_LAYERS) return "it has no layers or too many";
    uint32_t inputs = 1, rows = kernel->rows, columns = kernel->columns;
    kernel->largest = ((size_t)rows + 2) * (columns + 2);
    for (uint32_t i = 0; i < kernel->count; i++) {
        layer *l = &kernel->layers[i];
        const char *problem = read_layer(source, l, inputs, rows, columns);
        if (problem != NULL) return problem;
        inputs = l->outputs, rows = l->out_rows, columns = l->out_columns;
        size_t floats = ((size_t)rows + 2) * (columns + 2) * l->out_stride;
        if (floats > kernel->largest) kernel->largest = floats;
    }
    if (kernel->largest > (size_t)1 << 28) return "its activations would take more than a gigabyte";
    if (inputs != 1) return "its last layer has more than one output";
    kernel->scale = take_float(source), kernel->offset = take_float(source);
    if (source->is_short || source->position != source->count) return "its length does not fit its layers";
    return NULL;
}

ward_kernel *ward_kernel_create(const uint8_t *bytes, size_t count, const char **problem) {
    ward_kernel *kernel = calloc(1, sizeof *kernel);
    cursor source = {.bytes = bytes, .count = count};
    *problem = kernel == NULL ? "not enough memory" : read_kernel(&source, kernel);
    if (*problem == NULL) return kernel;
    ward_kernel_destroy(kernel);
    return NULL;
}

void ward_kernel_destroy(ward_kernel *kernel) {
    if (kernel == NULL) return;
    for (uint32_t i = 0; i < MAXIMUM_LAYERS; i++) {
        free(kernel->layers[i].weights);
        free(kernel->layers[i].bias);
    }
    free(kernel);
}

uint32_t ward_kernel_input_rows(const ward_kernel *kernel) { return kernel->rows; }
uint32_t ward_kernel_input_columns(const ward_kernel *kernel) { return kernel->columns; }
uint32_t ward_kernel_heat_rows(const ward_kernel *kernel) { return kernel->layers[kernel->count - 1].out_rows; }
uint32_t ward_kernel_heat_columns(const ward_kernel *kernel) { return kernel->layers[kernel->count - 1].out_columns; }

ward_kernel_session *ward_kernel_session_create(const ward_kernel *kernel) {
    ward_kernel_session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->kernel = kernel;
    session->from = calloc(kernel->largest, sizeof(float));
    session->to = calloc(kernel->largest, sizeof(float));
    if (session->from != NULL && session->to != NULL) return session;
    ward_kernel_session_destroy(session);
    return NULL;
}

void ward_kernel_session_destroy(ward_kernel_session *session) {
    if (session == NULL) return;
    free(session->from);
    free(session->to);
    free(session);
}

// The border of zeros is the convolution's padding; the buffers change shape from layer to layer, so it is written anew each time.
static void clear_border(float *buffer, uint32_t rows, uint32_t columns, uint32_t stride) {
    size_t row = ((size_t)columns + 2) * stride;
    memset(buffer, 0, row * sizeof(float));
    memset(buffer + ((size_t)rows + 1) * row, 0, row * sizeof(float));
    for (uint32_t y = 1; y <= rows; y++) {
        memset(buffer + y * row, 0, stride * sizeof(float));
        memset(buffer + y * row + ((size_t)columns + 1) * stride, 0, stride * sizeof(float));
    }
}

static float sigmoid(float value) { return 1.0f / (1.0f + expf(-value)); }

void ward_kernel_run(ward_kernel_session *session, const float *image, float *heat, float *prob) {
    const ward_kernel *kernel = session->kernel;
    uint32_t columns = kernel->columns, stride = 1;
    clear_border(session->from, kernel->rows, columns, 1);
    for (uint32_t y = 0; y < kernel->rows; y++)
        memcpy(session->from + ((size_t)y + 1) * (columns + 2) + 1, image + (size_t)y * columns, columns * sizeof(float));
    for (uint32_t i = 0; i < kernel->count; i++) {
        const layer *l = &kernel->layers[i];
        clear_border(session->to, l->out_rows, l->out_columns, l->out_stride);
        convolve(l, session->from, columns, stride, session->to);
        float *swap = session->from;
        session->from = session->to, session->to = swap;
        columns = l->out_columns, stride = l->out_stride;
    }
    const layer *last = &kernel->layers[kernel->count - 1];
    float best = -INFINITY;
    for (uint32_t y = 0; y < last->out_rows; y++)
        for (uint32_t x = 0; x < last->out_columns; x++) {
            float value = session->from[(((size_t)y + 1) * (last->out_columns + 2) + x + 1) * last->out_stride];
            heat[(size_t)y * last->out_columns + x] = sigmoid(value);
            if (value > best) best = value;
        }
    *prob = sigmoid(kernel->scale * best + kernel->offset);
}
