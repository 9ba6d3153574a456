#define _GNU_SOURCE
#include "CImaging.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Only what a model check needs: the parent's environment may hold secrets. A crashed Swift child must not wait for a backtrace (its
// helper would keep our pipe open).
static void bare_environment(char *environment[8]) {
    static const char *const kept[] = {"PATH=", "HOME=", "LD_LIBRARY_PATH=", "WARD_OPENVINO_DIR=", "TMPDIR="};
    size_t count = 0;
    environment[count++] = "SWIFT_BACKTRACE=enable=no";
    for (char **variable = environ; *variable != NULL && count < 7; variable++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            if (strncmp(*variable, kept[i], strlen(kept[i])) == 0) environment[count++] = *variable;
    environment[count] = NULL;
}

static int start(const char *executable, const char *const arguments[], int error_pipe, pid_t *child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char *environment[8];
    bare_environment(environment);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, error_pipe, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int result = posix_spawn(child, executable, &actions, &attributes, (char *const *)arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

// Reads until the end of the pipe or the deadline; what exceeds `capacity` is read and dropped, so that the child never blocks on it.
static void collect(int pipe_end, int64_t deadline, char *text, size_t capacity) {
    size_t used = 0;
    for (;;) {
        int64_t rest = deadline - now_ms();
        if (rest <= 0) break;
        struct pollfd wait = {.fd = pipe_end, .events = POLLIN};
        int ready = poll(&wait, 1, rest > 1000 ? 1000 : (int)rest);
        if (ready < 0 && errno != EINTR) break;
        if (ready <= 0) continue;
        char buffer[512];
        ssize_t count = read(pipe_end, buffer, sizeof buffer);
        if (count == 0 || (count < 0 && errno != EINTR)) break;
        for (ssize_t i = 0; i < count && used + 1 < capacity; i++) text[used++] = buffer[i];
    }
    text[used] = 0;
}

int ward_child_run(const char *executable, const char *const arguments[], int timeout_ms, char *text, size_t capacity) {
    if (capacity == 0) return -1;
    text[0] = 0;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t child;
    int result = start(executable, arguments, ends[1], &child);
    close(ends[1]);
    if (result != 0) {
        close(ends[0]);
        snprintf(text, capacity, "%s", strerror(result));
        return -1;
    }
    int64_t deadline = now_ms() + timeout_ms;
    collect(ends[0], deadline, text, capacity);
    close(ends[0]);
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) break;
        if (ended < 0 && errno != EINTR) return -1;
        if (now_ms() >= deadline) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
            return -3;
        }
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}
