// What `Imaging` needs from C: system calls without a glibc wrapper, libraries loaded at run time, threads, and the built-in network kernel.
// No function here keeps a pointer it was given after it returns, unless it says so, and none calls back into Swift but a thread's body.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Files

/// What the kernel says about an opened descriptor.
typedef struct ward_file_facts {
    uint64_t filesystem_magic;
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t modified_ns;
    int64_t changed_ns;
    uint32_t mode;
} ward_file_facts;

/// Opens a folder to resolve beneath. Returns a descriptor or -errno.
int ward_open_root(const char *path);
/// Opens `path` beneath `root` for reading with openat2: no symbolic link, no `..` out of it, no magic link. Returns a descriptor or -errno.
int ward_open_beneath(int root, const char *path);
/// fstat and fstatfs of one descriptor. Returns 0 or -errno.
int ward_get_file_facts(int descriptor, ward_file_facts *facts);
/// pread that repeats after a signal. Returns the bytes read (0 at the end) or -errno.
ssize_t ward_read_at(int descriptor, void *buffer, size_t count, int64_t offset);
void ward_close(int descriptor);

// MARK: SHA-256 (FIPS 180-4)

void ward_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]);

// MARK: Image codecs of Debian packages, loaded when first needed

typedef enum ward_codec_status {
    WARD_CODEC_OK = 0,
    /// The shared library is not installed.
    WARD_CODEC_MISSING = 1,
    /// The stream is broken or uses a feature the library refuses.
    WARD_CODEC_FAILED = 2,
    /// The stream is sound, but does not describe the image that the DICOM header describes.
    WARD_CODEC_MISMATCH = 3,
} ward_codec_status;

/// Decodes one JPEG-LS frame of one component into `samples` (rows * columns) with CharLS. `bits` receives the stream's precision.
ward_codec_status ward_jpegls_decode(const uint8_t *bytes, size_t count, uint32_t rows, uint32_t columns, int32_t *samples, int *bits);
/// Decodes one JPEG 2000 codestream (or JP2 file) of one component into `samples` with OpenJPEG.
ward_codec_status ward_jpeg2000_decode(const uint8_t *bytes, size_t count, uint32_t rows, uint32_t columns, int32_t *samples, int *bits,
                                       int *is_signed);

// MARK: The built-in kernel

typedef struct ward_kernel ward_kernel;
typedef struct ward_kernel_session ward_kernel_session;

/// Reads a `.wardnet` file (layout in kernel.c). Returns NULL and a static sentence in `problem` when it is not one.
ward_kernel *ward_kernel_create(const uint8_t *bytes, size_t count, const char **problem);
void ward_kernel_destroy(ward_kernel *kernel);
uint32_t ward_kernel_input_rows(const ward_kernel *kernel);
uint32_t ward_kernel_input_columns(const ward_kernel *kernel);
uint32_t ward_kernel_heat_rows(const ward_kernel *kernel);
uint32_t ward_kernel_heat_columns(const ward_kernel *kernel);
/// Scratch memory for one thread. The kernel must outlive it. Returns NULL when memory is short.
ward_kernel_session *ward_kernel_session_create(const ward_kernel *kernel);
void ward_kernel_session_destroy(ward_kernel_session *session);
/// Runs the network: `image` is rows * columns floats, `heat` heat_rows * heat_columns, `prob` one.
void ward_kernel_run(ward_kernel_session *session, const float *image, float *heat, float *prob);

// MARK: OpenVINO through its C interface, loaded at run time

typedef struct ward_openvino ward_openvino;
typedef struct ward_openvino_model ward_openvino_model;
typedef struct ward_openvino_request ward_openvino_request;

/// Whether the folder holds a libopenvino_c.so of any version.
int ward_openvino_present(const char *directory);
/// Loads the library of a folder and creates its core. It is never unloaded. Returns NULL and a sentence in `problem` on failure.
ward_openvino *ward_openvino_open(const char *directory, char *problem, size_t capacity);
/// The library's own build number, valid as long as the process.
const char *ward_openvino_version(const ward_openvino *library);
/// Reads and compiles a model (ONNX or IR) from memory for the CPU, with one thread for each of `streams` requests.
ward_openvino_model *ward_openvino_compile(ward_openvino *library, const uint8_t *bytes, size_t count, int streams, char *problem,
                                           size_t capacity);
void ward_openvino_model_destroy(ward_openvino_model *model);
ward_openvino_request *ward_openvino_request_create(ward_openvino_model *model, char *problem, size_t capacity);
void ward_openvino_request_destroy(ward_openvino_request *request);
/// Copies `count` floats into the input tensor and runs. Returns 0, or -1 and a sentence.
int ward_openvino_run(ward_openvino_request *request, const char *input, const float *values, size_t count, char *problem, size_t capacity);
/// Copies the output tensor out; its number of elements must be `count`. Returns 0, or -1 and a sentence.
int ward_openvino_output(ward_openvino_request *request, const char *output, float *values, size_t count, char *problem, size_t capacity);

// MARK: Threads

typedef struct ward_monitor ward_monitor;

/// A mutex with one condition variable on the monotonic clock. Returns NULL when memory is short.
ward_monitor *ward_monitor_create(void);
void ward_monitor_destroy(ward_monitor *monitor);
void ward_monitor_lock(ward_monitor *monitor);
void ward_monitor_unlock(ward_monitor *monitor);
/// Waits for a wake-up, at most `nanoseconds`; a negative number waits for ever.
void ward_monitor_wait(ward_monitor *monitor, int64_t nanoseconds);
void ward_monitor_wake_all(ward_monitor *monitor);
/// Starts a detached thread. Returns 0 or -errno.
int ward_thread_start(const char *name, size_t stack_bytes, void (*body)(void *), void *context);

// MARK: Child processes

/// Runs a program with a bare environment, no standard input or output, and at most `timeout_ms`; keeps the end-bounded text of its standard
/// error. Returns its exit code (0...255), -1 when it could not be started, -2 when it was ended by a signal, -3 when time ran out.
int ward_child_run(const char *executable, const char *const arguments[], int timeout_ms, char *text, size_t capacity);
