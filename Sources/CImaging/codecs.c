// CharLS and OpenJPEG through dlopen, with our own declarations of the few functions used: the package builds and starts without either.
#define _GNU_SOURCE
#include "CImaging.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int load(void *library, const char *name, void *slot) {
    void *symbol = dlsym(library, name);
    memcpy(slot, &symbol, sizeof symbol);
    return symbol != NULL;
}

// MARK: CharLS 2 (libcharls.so.2), public C interface of charls_jpegls_decoder.h

typedef struct jls_decoder jls_decoder;
typedef struct jls_frame_info {
    uint32_t width, height;
    int32_t bits_per_sample, component_count;
} jls_frame_info;

static struct {
    int ready;
    jls_decoder *(*create)(void);
    void (*destroy)(const jls_decoder *);
    int32_t (*set_source)(jls_decoder *, const void *, size_t);
    int32_t (*read_header)(jls_decoder *);
    int32_t (*get_frame_info)(const jls_decoder *, jls_frame_info *);
    int32_t (*get_destination_size)(const jls_decoder *, uint32_t, size_t *);
    int32_t (*decode)(jls_decoder *, void *, size_t, uint32_t);
} charls;
static pthread_once_t charls_once = PTHREAD_ONCE_INIT;

static void charls_load(void) {
    void *library = dlopen("libcharls.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    charls.ready = load(library, "charls_jpegls_decoder_create", &charls.create)
        && load(library, "charls_jpegls_decoder_destroy", &charls.destroy)
        && load(library, "charls_jpegls_decoder_set_source_buffer", &charls.set_source)
        && load(library, "charls_jpegls_decoder_read_header", &charls.read_header)
        && load(library, "charls_jpegls_decoder_get_frame_info", &charls.get_frame_info)
        && load(library, "charls_jpegls_decoder_get_destination_size", &charls.get_destination_size)
        && load(library, "charls_jpegls_decoder_decode_to_buffer", &charls.decode);
}

static ward_codec_status jpegls_decode(jls_decoder *decoder, const uint8_t *bytes, size_t count, uint32_t rows, uint32_t columns,
                                       int32_t *samples, int *bits) {
    jls_frame_info frame;
    size_t size = 0, pixels = (size_t)rows * columns;
    if (charls.set_source(decoder, bytes, count) != 0 || charls.read_header(decoder) != 0) return WARD_CODEC_FAILED;
    if (charls.get_frame_info(decoder, &frame) != 0) return WARD_CODEC_FAILED;
    if (frame.width != columns || frame.height != rows || frame.component_count != 1) return WARD_CODEC_MISMATCH;
    if (frame.bits_per_sample < 2 || frame.bits_per_sample > 16) return WARD_CODEC_MISMATCH;
    size_t width = frame.bits_per_sample > 8 ? 2 : 1;
    if (charls.get_destination_size(decoder, 0, &size) != 0 || size != pixels * width) return WARD_CODEC_MISMATCH;
    void *buffer = malloc(size);
    if (buffer == NULL) return WARD_CODEC_FAILED;
    int32_t result = charls.decode(decoder, buffer, size, 0);
    if (result == 0) {
        for (size_t i = 0; i < pixels; i++) samples[i] = width == 1 ? ((uint8_t *)buffer)[i] : ((uint16_t *)buffer)[i];
        *bits = frame.bits_per_sample;
    }
    free(buffer);
    return result == 0 ? WARD_CODEC_OK : WARD_CODEC_FAILED;
}

ward_codec_status ward_jpegls_decode(const uint8_t *bytes, size_t count, uint32_t rows, uint32_t columns, int32_t *samples, int *bits) {
    pthread_once(&charls_once, charls_load);
    if (!charls.ready) return WARD_CODEC_MISSING;
    jls_decoder *decoder = charls.create();
    if (decoder == NULL) return WARD_CODEC_FAILED;
    ward_codec_status status = jpegls_decode(decoder, bytes, count, rows, columns, samples, bits);
    charls.destroy(decoder);
    return status;
}

// MARK: OpenJPEG 2 (libopenjp2.so.7), public interface of openjpeg.h

typedef struct j2k_component {
    uint32_t dx, dy, w, h, x0, y0, prec, bpp, sgnd, resno_decoded, factor;
    int32_t *data;
    uint16_t alpha;
} j2k_component;
typedef struct j2k_image {
    uint32_t x0, y0, x1, y1, numcomps;
    int color_space;
    j2k_component *comps;
    uint8_t *icc_profile_buf;
    uint32_t icc_profile_len;
} j2k_image;

// opj_dparameters_t has 8.3 KB of fields that stay at their defaults; only its size must not be exceeded.
enum { J2K_PARAMETERS_BYTES = 64 * 1024, J2K_STREAM_BYTES = 64 * 1024, J2K_CODESTREAM = 0, J2K_JP2 = 2 };

static struct {
    int ready;
    void *(*create)(int);
    void (*destroy)(void *);
    void (*defaults)(void *);
    int (*setup)(void *, void *);
    int (*read_header)(void *, void *, j2k_image **);
    int (*decode)(void *, void *, j2k_image *);
    int (*end)(void *, void *);
    void (*image_destroy)(j2k_image *);
    void *(*stream_create)(size_t, int);
    void (*stream_destroy)(void *);
    void (*stream_read)(void *, size_t (*)(void *, size_t, void *));
    void (*stream_skip)(void *, int64_t (*)(int64_t, void *));
    void (*stream_seek)(void *, int (*)(int64_t, void *));
    void (*stream_data)(void *, void *, void (*)(void *));
    void (*stream_length)(void *, uint64_t);
} openjpeg;
static pthread_once_t openjpeg_once = PTHREAD_ONCE_INIT;

static void openjpeg_load(void) {
    void *library = dlopen("libopenjp2.so.7", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    openjpeg.ready = load(library, "opj_create_decompress", &openjpeg.create) && load(library, "opj_destroy_codec", &openjpeg.destroy)
        && load(library, "opj_set_default_decoder_parameters", &openjpeg.defaults)
        && load(library, "opj_setup_decoder", &openjpeg.setup) && load(library, "opj_read_header", &openjpeg.read_header)
        && load(library, "opj_decode", &openjpeg.decode) && load(library, "opj_end_decompress", &openjpeg.end)
        && load(library, "opj_image_destroy", &openjpeg.image_destroy) && load(library, "opj_stream_create", &openjpeg.stream_create)
        && load(library, "opj_stream_destroy", &openjpeg.stream_destroy)
        && load(library, "opj_stream_set_read_function", &openjpeg.stream_read)
        && load(library, "opj_stream_set_skip_function", &openjpeg.stream_skip)
        && load(library, "opj_stream_set_seek_function", &openjpeg.stream_seek)
        && load(library, "opj_stream_set_user_data", &openjpeg.stream_data)
        && load(library, "opj_stream_set_user_data_length", &openjpeg.stream_length);
}

typedef struct memory {
    const uint8_t *bytes;
    size_t count, position;
} memory;

static size_t memory_read(void *buffer, size_t count, void *context) {
    memory *source = context;
    size_t rest = source->count - source->position;
    if (rest == 0) return (size_t)-1;
    if (count > rest) count = rest;
    memcpy(buffer, source->bytes + source->position, count);
    source->position += count;
    return count;
}

static int64_t memory_skip(int64_t count, void *context) {
    memory *source = context;
    size_t rest = source->count - source->position;
    if (count < 0 || rest == 0) return -1;
    if ((uint64_t)count > rest) count = (int64_t)rest;
    source->position += (size_t)count;
    return count;
}

static int memory_seek(int64_t position, void *context) {
    memory *source = context;
    if (position < 0 || (uint64_t)position > source->count) return 0;
    source->position = (size_t)position;
    return 1;
}

static ward_codec_status j2k_copy(const j2k_image *image, uint32_t rows, uint32_t columns, int32_t *samples, int *bits, int *is_signed) {
    const j2k_component *component = &image->comps[0];
    if (component->data == NULL) return WARD_CODEC_FAILED;
    if (component->w != columns || component->h != rows) return WARD_CODEC_MISMATCH;
    memcpy(samples, component->data, (size_t)rows * columns * sizeof *samples);
    *bits = (int)component->prec;
    *is_signed = component->sgnd != 0;
    return WARD_CODEC_OK;
}

static ward_codec_status j2k_decode(void *codec, void *stream, uint32_t rows, uint32_t columns, int32_t *samples, int *bits, int *is_signed) {
    void *parameters = calloc(1, J2K_PARAMETERS_BYTES);
    if (parameters == NULL) return WARD_CODEC_FAILED;
    openjpeg.defaults(parameters);
    int is_set = openjpeg.setup(codec, parameters);
    free(parameters);
    j2k_image *image = NULL;
    ward_codec_status status = WARD_CODEC_FAILED;
    if (is_set && openjpeg.read_header(stream, codec, &image) && image != NULL) {
        // Checked before any pixel memory is taken: the stream's own size may be a bomb.
        int fits = image->numcomps == 1 && image->comps != NULL && image->comps[0].dx == 1 && image->comps[0].dy == 1
            && image->comps[0].prec >= 1 && image->comps[0].prec <= 31 && image->x1 >= image->x0 && image->y1 >= image->y0
            && image->x1 - image->x0 == columns && image->y1 - image->y0 == rows;
        if (!fits)
            status = WARD_CODEC_MISMATCH;
        else if (openjpeg.decode(codec, stream, image) && openjpeg.end(codec, stream))
            status = j2k_copy(image, rows, columns, samples, bits, is_signed);
    }
    if (image != NULL) openjpeg.image_destroy(image);
    return status;
}

ward_codec_status ward_jpeg2000_decode(const uint8_t *bytes, size_t count, uint32_t rows, uint32_t columns, int32_t *samples, int *bits,
                                       int *is_signed) {
    static const uint8_t jp2_signature[12] = {0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A};
    pthread_once(&openjpeg_once, openjpeg_load);
    if (!openjpeg.ready) return WARD_CODEC_MISSING;
    int is_jp2 = count >= sizeof jp2_signature && memcmp(bytes, jp2_signature, sizeof jp2_signature) == 0;
    memory source = {.bytes = bytes, .count = count, .position = 0};
    void *codec = openjpeg.create(is_jp2 ? J2K_JP2 : J2K_CODESTREAM);
    void *stream = openjpeg.stream_create(J2K_STREAM_BYTES, 1);
    ward_codec_status status = WARD_CODEC_FAILED;
    if (codec != NULL && stream != NULL) {
        openjpeg.stream_read(stream, memory_read);
        openjpeg.stream_skip(stream, memory_skip);
        openjpeg.stream_seek(stream, memory_seek);
        openjpeg.stream_data(stream, &source, NULL);
        openjpeg.stream_length(stream, count);
        status = j2k_decode(codec, stream, rows, columns, samples, bits, is_signed);
    }
    if (stream != NULL) openjpeg.stream_destroy(stream);
    if (codec != NULL) openjpeg.destroy(codec);
    return status;
}
