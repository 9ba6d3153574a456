#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

// libcurl's own names for what the shim passes on.
enum {
    opt_writedata = 10001,
    opt_errorbuffer = 10010,
    opt_postfields = 10015,
    opt_httpheader = 10023,
    opt_headerdata = 10029,
    opt_timeout_ms = 155,
    opt_connect_to = 10243,
    opt_writefunction = 20011,
    opt_headerfunction = 20079,
    opt_postfieldsize_large = 30120,
    blob_copy = 1,
    global_default = 3,
    message_done = 1,
    error_size = 256
};

struct blob {
    void *data;
    size_t len;
    unsigned int flags;
};

struct message {
    int msg;
    void *easy_handle;
    union {
        void *whatever;
        int result;
    } data;
};

static struct {
    void *(*easy_init)(void);
    void (*easy_cleanup)(void *);
    void (*easy_reset)(void *);
    int (*easy_setopt)(void *, int, ...);
    int (*easy_getinfo)(void *, int, ...);
    const char *(*easy_strerror)(int);
    void *(*slist_append)(void *, const char *);
    void (*slist_free_all)(void *);
    void *(*multi_init)(void);
    int (*multi_cleanup)(void *);
    int (*multi_add_handle)(void *, void *);
    int (*multi_remove_handle)(void *, void *);
    int (*multi_perform)(void *, int *);
    int (*multi_poll)(void *, void *, unsigned int, int, int *);
    struct message *(*multi_info_read)(void *, int *);
} curl;

static const char *problem = NULL;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        problem = "libcurl.so.4 is not installed (Debian: libcurl4)";
        return;
    }
    int (*global_init)(long) = NULL;
    const struct {
        const char *name;
        void **place;
    } symbols[] = {
        {"curl_global_init", (void **)&global_init},
        {"curl_easy_init", (void **)&curl.easy_init},
        {"curl_easy_cleanup", (void **)&curl.easy_cleanup},
        {"curl_easy_reset", (void **)&curl.easy_reset},
        {"curl_easy_setopt", (void **)&curl.easy_setopt},
        {"curl_easy_getinfo", (void **)&curl.easy_getinfo},
        {"curl_easy_strerror", (void **)&curl.easy_strerror},
        {"curl_slist_append", (void **)&curl.slist_append},
        {"curl_slist_free_all", (void **)&curl.slist_free_all},
        {"curl_multi_init", (void **)&curl.multi_init},
        {"curl_multi_cleanup", (void **)&curl.multi_cleanup},
        {"curl_multi_add_handle", (void **)&curl.multi_add_handle},
        {"curl_multi_remove_handle", (void **)&curl.multi_remove_handle},
        {"curl_multi_perform", (void **)&curl.multi_perform},
        {"curl_multi_poll", (void **)&curl.multi_poll},
        {"curl_multi_info_read", (void **)&curl.multi_info_read},
    };
    for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
        *symbols[index].place = dlsym(library, symbols[index].name);
        if (!*symbols[index].place) {
            problem = "libcurl.so.4 is too old: version 7.77 or later is needed";
            return;
        }
    }
    if (global_init(global_default) != 0) problem = "libcurl could not be initialised";
}

const char *ward_curl_load(void) {
    pthread_once(&loaded, load);
    return problem;
}

struct ward_curl {
    void *easy;
    void *multi;
    void *headers;
    void *connections;
    char error[error_size];
};

ward_curl *ward_curl_new(void) {
    ward_curl *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->easy = curl.easy_init();
    transfer->multi = curl.multi_init();
    if (transfer->easy && transfer->multi) return transfer;
    ward_curl_free(transfer);
    return NULL;
}

static void free_lists(ward_curl *transfer) {
    if (transfer->headers) curl.slist_free_all(transfer->headers);
    if (transfer->connections) curl.slist_free_all(transfer->connections);
    transfer->headers = NULL;
    transfer->connections = NULL;
}

void ward_curl_free(ward_curl *transfer) {
    if (transfer->easy) curl.easy_cleanup(transfer->easy);
    if (transfer->multi) curl.multi_cleanup(transfer->multi);
    free_lists(transfer);
    free(transfer);
}

void ward_curl_reset(ward_curl *transfer) {
    curl.easy_reset(transfer->easy);
    free_lists(transfer);
    transfer->error[0] = 0;
}

bool ward_curl_set_number(ward_curl *transfer, enum ward_curl_option option, long value) {
    return curl.easy_setopt(transfer->easy, (int)option, value) == 0;
}

bool ward_curl_set_text(ward_curl *transfer, enum ward_curl_option option, const char *text) {
    return curl.easy_setopt(transfer->easy, (int)option, text) == 0;
}

bool ward_curl_set_blob(ward_curl *transfer, enum ward_curl_option option, const void *bytes, size_t count) {
    struct blob blob = {(void *)bytes, count, blob_copy};
    return curl.easy_setopt(transfer->easy, (int)option, &blob) == 0;
}

bool ward_curl_set_body(ward_curl *transfer, const void *bytes, size_t count) {
    return curl.easy_setopt(transfer->easy, opt_postfieldsize_large, (int64_t)count) == 0 &&
           curl.easy_setopt(transfer->easy, opt_postfields, bytes) == 0;
}

static bool append(void **list, const char *line) {
    void *longer = curl.slist_append(*list, line);
    if (!longer) return false;
    *list = longer;
    return true;
}

bool ward_curl_add_header(ward_curl *transfer, const char *line) { return append(&transfer->headers, line); }

bool ward_curl_connect_to(ward_curl *transfer, const char *rule) { return append(&transfer->connections, rule); }

static size_t take_header(char *bytes, size_t size, size_t count, void *sink) {
    const ward_curl_sink *target = sink;
    return target->header(target->context, bytes, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *sink) {
    const ward_curl_sink *target = sink;
    return target->body(target->context, bytes, size * count) ? size * count : 0;
}

// The result of the transfer once it has one; -1 before.
static int result_of(ward_curl *transfer) {
    int left = 0;
    struct message *message;
    while ((message = curl.multi_info_read(transfer->multi, &left)))
        if (message->msg == message_done && message->easy_handle == transfer->easy) return message->data.result;
    return -1;
}

int ward_curl_perform(ward_curl *transfer, const ward_curl_sink *sink, long timeout_milliseconds) {
    transfer->error[0] = 0;
    bool ready = curl.easy_setopt(transfer->easy, opt_errorbuffer, transfer->error) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_headerfunction, take_header) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_headerdata, sink) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_writefunction, take_body) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_writedata, sink) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_timeout_ms, timeout_milliseconds) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_httpheader, transfer->headers) == 0 &&
                 curl.easy_setopt(transfer->easy, opt_connect_to, transfer->connections) == 0;
    if (!ready || curl.multi_add_handle(transfer->multi, transfer->easy) != 0) return WARD_CURL_OUT_OF_MEMORY;
    int result = -1;
    while (result < 0) {
        int running = 0;
        if (!sink->goes_on(sink->context)) {
            result = WARD_CURL_STOPPED;
        } else if (curl.multi_perform(transfer->multi, &running) != 0) {
            result = WARD_CURL_OUT_OF_MEMORY;
        } else if (running == 0) {
            result = result_of(transfer);
            if (result < 0) result = WARD_CURL_OUT_OF_MEMORY;
        } else if (curl.multi_poll(transfer->multi, NULL, 0, sink->interval, NULL) != 0) {
            result = WARD_CURL_OUT_OF_MEMORY;
        }
    }
    curl.multi_remove_handle(transfer->multi, transfer->easy);
    return result;
}

const char *ward_curl_problem(const ward_curl *transfer, int code) {
    if (transfer->error[0]) return transfer->error;
    return code < WARD_CURL_STOPPED ? curl.easy_strerror(code) : "";
}

long ward_curl_number(const ward_curl *transfer, enum ward_curl_info info) {
    long value = 0;
    return curl.easy_getinfo(transfer->easy, (int)info, &value) == 0 ? value : 0;
}

const char *ward_curl_text(const ward_curl *transfer, enum ward_curl_info info) {
    const char *text = NULL;
    return curl.easy_getinfo(transfer->easy, (int)info, &text) == 0 && text ? text : "";
}
