// One convolution layer for one instruction set; kernel.c includes this with CONVOLVE and CONVOLVE_TARGET defined.
// Activations: rows of pixels with a border of one, channels innermost, padded to eight. Weights: [block][tap][input][8 outputs].

CONVOLVE_TARGET static void CONVOLVE(const layer *l, const float *input, uint32_t in_columns, uint32_t in_stride, float *output,
                                     uint32_t out_rows, uint32_t out_columns) {
    const size_t in_row = ((size_t)in_columns + 2) * in_stride, out_row = ((size_t)out_columns + 2) * l->out_stride;
    const uint32_t blocks = l->out_stride / 8, kernel = l->kernel, inset = 1 - l->kernel / 2;
    for (uint32_t y = 0; y < out_rows; y++) {
        for (uint32_t x = 0; x < out_columns; x += 4) {
            const uint32_t live = out_columns - x < 4 ? out_columns - x : 4;
            const float *pixel[4];
            for (uint32_t p = 0; p < 4; p++) {
                const uint32_t column = x + (p < live ? p : live - 1);
                pixel[p] = input + ((size_t)y * l->stride + inset) * in_row + ((size_t)column * l->stride + inset) * in_stride;
            }
            for (uint32_t b = 0; b < blocks; b++) {
                const float8 *weights = (const float8 *)(l->weights + (size_t)b * kernel * kernel * l->inputs * 8);
                float8 sum0 = *(const float8 *)(l->bias + 8 * b), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                for (uint32_t ky = 0; ky < kernel; ky++) {
                    for (uint32_t kx = 0; kx < kernel; kx++) {
                        const size_t tap = ky * in_row + (size_t)kx * in_stride;
                        const float *p0 = pixel[0] + tap, *p1 = pixel[1] + tap, *p2 = pixel[2] + tap, *p3 = pixel[3] + tap;
                        for (uint32_t i = 0; i < l->inputs; i++) {
                            const float8 weight = *weights++;
                            sum0 += weight * p0[i];
                            sum1 += weight * p1[i];
                            sum2 += weight * p2[i];
                            sum3 += weight * p3[i];
                        }
                    }
                }
                const float8 sums[4] = {sum0, sum1, sum2, sum3};
                for (uint32_t p = 0; p < live; p++) {
                    float *target = output + ((size_t)y + 1) * out_row + ((size_t)x + p + 1) * l->out_stride + 8 * b;
                    for (uint32_t c = 0; c < 8; c++) target[c] = l->is_relu && !(sums[p][c] > 0) ? 0 : sums[p][c];
                }
            }
        }
    }
}
