// OpenVINO's C interface by dlopen, with our own declarations. Its shared-object name changes with every release and its enumerations have
// moved between releases: the library is found by pattern, and no enumeration value is ever passed.
#define _GNU_SOURCE
#include "CImaging.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ov_version {
    const char *build_number, *description;
} ov_version;

struct ward_openvino {
    void *core;
    char version[64];
    int (*get_version)(ov_version *);
    void (*version_free)(ov_version *);
    const char *(*last_error)(void);
    int (*core_create)(void **);
    int (*read_model)(const void *, const char *, size_t, const void *, void **);
    void (*model_free)(void *);
    int (*compile)(const void *, const void *, const char *, size_t, void **, ...);
    void (*compiled_free)(void *);
    int (*create_request)(const void *, void **);
    void (*request_free)(void *);
    int (*get_tensor)(const void *, const char *, void **);
    int (*infer)(void *);
    int (*tensor_size)(const void *, size_t *);
    int (*tensor_bytes)(const void *, size_t *);
    int (*tensor_data)(const void *, void **);
    void (*tensor_free)(void *);
};

struct ward_openvino_model {
    const ward_openvino *library;
    void *compiled;
};

struct ward_openvino_request {
    const ward_openvino *library;
    void *request;
};

static int find_library(const char *directory, char *path, size_t capacity) {
    DIR *folder = opendir(directory);
    if (folder == NULL) return 0;
    int found = 0;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, "libopenvino_c.so", 16) == 0)
            found = snprintf(path, capacity, "%s/%s", directory, entry->d_name) < (int)capacity;
    closedir(folder);
    return found;
}

int ward_openvino_present(const char *directory) {
    char path[4096];
    return find_library(directory, path, sizeof path);
}

static const char *const symbols[] = {
    "ov_get_openvino_version", "ov_version_free", "ov_get_last_err_msg", "ov_core_create", "ov_core_read_model_from_memory_buffer",
    "ov_model_free", "ov_core_compile_model", "ov_compiled_model_free", "ov_compiled_model_create_infer_request", "ov_infer_request_free",
    "ov_infer_request_get_tensor", "ov_infer_request_infer", "ov_tensor_get_size", "ov_tensor_get_byte_size", "ov_tensor_data",
    "ov_tensor_free"};

static int load_symbols(void *handle, ward_openvino *library, char *problem, size_t capacity) {
    void *slots[] = {&library->get_version, &library->version_free, &library->last_error, &library->core_create, &library->read_model,
                     &library->model_free, &library->compile, &library->compiled_free, &library->create_request, &library->request_free,
                     &library->get_tensor, &library->infer, &library->tensor_size, &library->tensor_bytes, &library->tensor_data,
                     &library->tensor_free};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(handle, symbols[i]);
        if (symbol == NULL) {
            snprintf(problem, capacity, "the library has no function %s", symbols[i]);
            return 0;
        }
        memcpy(slots[i], &symbol, sizeof symbol);
    }
    return 1;
}

static void explain(const ward_openvino *library, const char *step, int status, char *problem, size_t capacity) {
    const char *detail = library->last_error();
    snprintf(problem, capacity, "%s failed with status %d: %s", step, status, detail != NULL && *detail != 0 ? detail : "no detail given");
}

ward_openvino *ward_openvino_open(const char *directory, char *problem, size_t capacity) {
    char path[4096];
    if (!find_library(directory, path, sizeof path)) {
        snprintf(problem, capacity, "%s holds no libopenvino_c.so", directory);
        return NULL;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *detail = dlerror();
        snprintf(problem, capacity, "%s", detail != NULL ? detail : "dlopen failed");
        return NULL;
    }
    ward_openvino *library = calloc(1, sizeof *library);
    if (library == NULL) return NULL;
    if (!load_symbols(handle, library, problem, capacity)) {
        free(library);
        return NULL;
    }
    ov_version version = {0};
    if (library->get_version(&version) == 0 && version.build_number != NULL) {
        snprintf(library->version, sizeof library->version, "%s", version.build_number);
        library->version_free(&version);
    }
    int status = library->core_create(&library->core);
    if (status != 0) {
        explain(library, "ov_core_create", status, problem, capacity);
        free(library);
        return NULL;
    }
    return library;
}

const char *ward_openvino_version(const ward_openvino *library) { return library->version; }

ward_openvino_model *ward_openvino_compile(ward_openvino *library, const uint8_t *bytes, size_t count, int streams, char *problem,
                                           size_t capacity) {
    void *model = NULL, *compiled = NULL;
    int status = library->read_model(library->core, (const char *)bytes, count, NULL, &model);
    if (status != 0) {
        explain(library, "reading the model", status, problem, capacity);
        return NULL;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", streams);
    // f32: on CPUs with bf16 units the default precision would move the outputs away from the golden ones.
    status = library->compile(library->core, model, "CPU", 8, &compiled, "INFERENCE_NUM_THREADS", number, "NUM_STREAMS", number,
                              "INFERENCE_PRECISION_HINT", "f32", "ENABLE_CPU_PINNING", "NO");
    library->model_free(model);
    if (status != 0) {
        explain(library, "compiling the model", status, problem, capacity);
        return NULL;
    }
    ward_openvino_model *result = calloc(1, sizeof *result);
    if (result == NULL) {
        library->compiled_free(compiled);
        return NULL;
    }
    *result = (ward_openvino_model){.library = library, .compiled = compiled};
    return result;
}

void ward_openvino_model_destroy(ward_openvino_model *model) {
    model->library->compiled_free(model->compiled);
    free(model);
}

ward_openvino_request *ward_openvino_request_create(ward_openvino_model *model, char *problem, size_t capacity) {
    void *request = NULL;
    int status = model->library->create_request(model->compiled, &request);
    if (status != 0) {
        explain(model->library, "creating an inference request", status, problem, capacity);
        return NULL;
    }
    ward_openvino_request *result = calloc(1, sizeof *result);
    if (result == NULL) {
        model->library->request_free(request);
        return NULL;
    }
    *result = (ward_openvino_request){.library = model->library, .request = request};
    return result;
}

void ward_openvino_request_destroy(ward_openvino_request *request) {
    request->library->request_free(request->request);
    free(request);
}

// The tensor's memory when it is `count` 4-byte elements, else NULL. The caller frees the tensor.
static float *tensor_memory(const ward_openvino_request *request, const char *name, size_t count, void **tensor, char *problem,
                            size_t capacity) {
    const ward_openvino *library = request->library;
    size_t elements = 0, bytes = 0;
    void *data = NULL;
    int status = library->get_tensor(request->request, name, tensor);
    if (status != 0) {
        *tensor = NULL;
        explain(library, "finding a tensor by name", status, problem, capacity);
        return NULL;
    }
    if (library->tensor_size(*tensor, &elements) != 0 || library->tensor_bytes(*tensor, &bytes) != 0 || elements != count
        || bytes != 4 * elements || library->tensor_data(*tensor, &data) != 0) {
        snprintf(problem, capacity, "tensor %s has %zu elements in %zu bytes where %zu floats were expected", name, elements, bytes, count);
        return NULL;
    }
    return data;
}

int ward_openvino_run(ward_openvino_request *request, const char *input, const float *values, size_t count, char *problem, size_t capacity) {
    void *tensor = NULL;
    float *memory = tensor_memory(request, input, count, &tensor, problem, capacity);
    if (memory != NULL) memcpy(memory, values, count * sizeof *values);
    if (tensor != NULL) request->library->tensor_free(tensor);
    if (memory == NULL) return -1;
    int status = request->library->infer(request->request);
    if (status == 0) return 0;
    explain(request->library, "inference", status, problem, capacity);
    return -1;
}

int ward_openvino_output(ward_openvino_request *request, const char *output, float *values, size_t count, char *problem, size_t capacity) {
    void *tensor = NULL;
    float *memory = tensor_memory(request, output, count, &tensor, problem, capacity);
    if (memory != NULL) memcpy(values, memory, count * sizeof *values);
    if (tensor != NULL) request->library->tensor_free(tensor);
    return memory != NULL ? 0 : -1;
}
