#define _GNU_SOURCE
#include "CImaging.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct ward_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

ward_monitor *ward_monitor_create(void) {
    ward_monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor == NULL) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return monitor;
}

void ward_monitor_destroy(ward_monitor *monitor) {
    pthread_cond_destroy(&monitor->condition);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor);
}

void ward_monitor_lock(ward_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void ward_monitor_unlock(ward_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void ward_monitor_wake_all(ward_monitor *monitor) { pthread_cond_broadcast(&monitor->condition); }

void ward_monitor_wait(ward_monitor *monitor, int64_t nanoseconds) {
    if (nanoseconds < 0) {
        pthread_cond_wait(&monitor->condition, &monitor->mutex);
        return;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec += nanoseconds % 1000000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec += 1, until.tv_nsec -= 1000000000;
    pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &until);
}

typedef struct thread_start {
    void (*body)(void *);
    void *context;
} thread_start;

static void *thread_main(void *context) {
    thread_start start = *(thread_start *)context;
    free(context);
    start.body(start.context);
    return NULL;
}

int ward_thread_start(const char *name, size_t stack_bytes, void (*body)(void *), void *context) {
    thread_start *start = malloc(sizeof *start);
    if (start == NULL) return -ENOMEM;
    *start = (thread_start){.body = body, .context = context};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    // Signals belong to the server's own handlers, never to a worker inside a C library.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int result = pthread_create(&thread, &attributes, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (result != 0) {
        free(start);
        return -result;
    }
    pthread_setname_np(thread, name);
    return 0;
}
