/* Runs a program and strikes one of the calls by which it changes files in a folder.
 *
 *   faults FOLDER LOG [NUMBER KIND] -- PROGRAM ARGUMENTS...
 *
 * Every call that changes something below FOLDER is a line of LOG: its number, its name and the file. Call NUMBER is
 * struck: `kill` ends the program by SIGKILL before the call happens (which is also "after the call before"),
 * `ENOSPC`, `EIO` and `EACCES` make it fail, `full` makes it and all that follow fail with ENOSPC as a full disk
 * does (what only removes, goes on), `short` lets a write take half of its bytes. LOG names the struck call by a `!`.
 *
 * The kernel hands the calls over (seccomp user notification), so that calls made past the C library are seen too.
 * Ends with the program's code, 128 + signal, or 125 when this kernel cannot do it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "no seccomp architecture known for this machine"
#endif

enum what { OPEN, WRITE, PWRITE, WRITEV, PWRITEV, FD, PATH, PATH_AT };

/* A call, and which of its arguments names the file. */
static const struct call {
    int number;
    const char *name;
    enum what what;
    int path;  /* argument with the path or descriptor */
    int frees; /* only removes */
} calls[] = {
    {SYS_openat, "openat", OPEN, 1, 0},
    {SYS_write, "write", WRITE, 0, 0},
    {SYS_pwrite64, "pwrite", PWRITE, 0, 0},
    {SYS_writev, "writev", WRITEV, 0, 0},
    {SYS_pwritev, "pwritev", PWRITEV, 0, 0},
    {SYS_fsync, "fsync", FD, 0, 0},
    {SYS_fdatasync, "fdatasync", FD, 0, 0},
    {SYS_ftruncate, "ftruncate", FD, 0, 0},
    {SYS_fallocate, "fallocate", FD, 0, 0},
    {SYS_copy_file_range, "copy_file_range", FD, 2, 0},
    {SYS_sendfile, "sendfile", FD, 0, 0},
    {SYS_renameat2, "renameat2", PATH_AT, 3, 0},
    {SYS_unlinkat, "unlinkat", PATH_AT, 1, 1},
    {SYS_mkdirat, "mkdirat", PATH_AT, 1, 0},
    {SYS_linkat, "linkat", PATH_AT, 3, 0},
#ifdef SYS_renameat
    {SYS_renameat, "renameat", PATH_AT, 3, 0},
#endif
#ifdef SYS_open
    {SYS_open, "open", OPEN, 0, 0},
    {SYS_creat, "creat", PATH, 0, 0},
    {SYS_rename, "rename", PATH, 1, 0},
    {SYS_unlink, "unlink", PATH, 0, 1},
    {SYS_rmdir, "rmdir", PATH, 0, 1},
    {SYS_mkdir, "mkdir", PATH, 0, 0},
    {SYS_link, "link", PATH, 1, 0},
#endif
};
#define CALLS (sizeof calls / sizeof calls[0])

static void give_up(const char *what) {
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(125);
}

static int install(void) {
    struct sock_filter filter[CALLS + 6];
    unsigned short n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, CALLS + 1);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < CALLS; i++)
        filter[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, CALLS - i, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) give_up("no_new_privs");
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0) give_up("seccomp");
    return listener;
}

static void read_text(int memory, uint64_t address, char *text, size_t size) {
    ssize_t got = pread(memory, text, size - 1, (off_t)address);
    text[got > 0 ? got : 0] = 0;
}

/* The file that a call is about, as an absolute path. */
static void name_of(const struct call *call, const struct seccomp_notif *request, int memory, char *file, size_t size) {
    char link[64], path[4096];
    ssize_t length;
    file[0] = 0;
    const uint64_t *args = (const uint64_t *)request->data.args;
    if (call->what == OPEN || call->what == PATH || call->what == PATH_AT) {
        read_text(memory, args[call->path], path, sizeof path);
        if (path[0] == '/') {
            snprintf(file, size, "%s", path);
            return;
        }
        int at = AT_FDCWD;
        if (call->what == PATH_AT || (call->what == OPEN && call->path == 1)) at = (int)args[call->path - 1];
        if (at == AT_FDCWD)
            snprintf(link, sizeof link, "/proc/%d/cwd", request->pid);
        else
            snprintf(link, sizeof link, "/proc/%d/fd/%d", request->pid, at);
        char folder[4096];
        if ((length = readlink(link, folder, sizeof folder - 1)) <= 0) return;
        folder[length] = 0;
        snprintf(file, size, "%s/%s", folder, strncmp(path, "./", 2) ? path : path + 2);
        return;
    }
    snprintf(link, sizeof link, "/proc/%d/fd/%d", request->pid, (int)args[call->path]);
    if ((length = readlink(link, file, size - 1)) < 0) length = 0;
    file[length] = 0;
}

static int opens_to_change(const struct call *call, const uint64_t *args) {
    return (args[call->path + 1] & (O_CREAT | O_TRUNC)) != 0;
}

/* Does half of a write in the program's stead. Returns the bytes written, or 0 when there is nothing to halve. */
static ssize_t half(const struct call *call, const struct seccomp_notif *request, int memory, pid_t child) {
    uint64_t address = request->data.args[1], length = request->data.args[2];
    if (call->what == WRITEV || call->what == PWRITEV) {
        struct iovec first;
        if (pread(memory, &first, sizeof first, (off_t)address) != sizeof first) return 0;
        address = (uint64_t)first.iov_base;
        length = first.iov_len;
    } else if (call->what != WRITE && call->what != PWRITE) {
        return 0;
    }
    length /= 2;
    if (length == 0) return 0;
    char *bytes = malloc(length);
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int file = (int)syscall(SYS_pidfd_getfd, process, (int)request->data.args[0], 0);
    ssize_t written = 0;
    if (bytes && file >= 0 && pread(memory, bytes, length, (off_t)address) == (ssize_t)length)
        written = call->what == PWRITE || call->what == PWRITEV
                      ? pwrite(file, bytes, length, (off_t)request->data.args[3])
                      : write(file, bytes, length);
    free(bytes);
    if (file >= 0) close(file);
    if (process >= 0) close(process);
    return written > 0 ? written : 0;
}

int main(int count, char **arguments) {
    int program = 1;
    while (program < count && strcmp(arguments[program], "--")) program++;
    if ((program != 3 && program != 5) || program + 1 >= count) {
        fprintf(stderr, "usage: faults FOLDER LOG [NUMBER KIND] -- PROGRAM ARGUMENTS...\n");
        return 125;
    }
    const char *folder = arguments[1];
    size_t prefix = strlen(folder);
    long strike = program == 5 ? atol(arguments[3]) : 0;
    const char *kind = program == 5 ? arguments[4] : "";
    int error = !strcmp(kind, "EIO") ? EIO : !strcmp(kind, "EACCES") ? EACCES : ENOSPC;
    FILE *log = fopen(arguments[2], "we");
    if (!log) give_up(arguments[2]);

    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) give_up("socketpair");
    pid_t child = fork();
    if (child < 0) give_up("fork");
    if (child == 0) {
        /* No call of the list may happen between here and the parent's answer but exec. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int listener = install();
        char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
        struct iovec data = {&byte, 1};
        struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &listener, sizeof listener);
        if (sendmsg(pair[1], &message, 0) < 0) _exit(125);
        close(listener);
        execv(arguments[program + 1], arguments + program + 1);
        _exit(125);
    }
    close(pair[1]);
    char control[CMSG_SPACE(sizeof(int))], byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC) <= 0) return 125;
    int listener;
    memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof listener);
    char path[64];
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int memory = -1;
    struct seccomp_notif *request = calloc(1, 4096);
    struct seccomp_notif_resp *answer = calloc(1, 4096);
    char file[8192];
    long number = 0;
    struct pollfd waiting[2] = {{listener, POLLIN, 0}, {process, POLLIN, 0}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR) give_up("poll");
        if (waiting[1].revents & POLLIN) break;
        if (!(waiting[0].revents & POLLIN)) continue;
        memset(request, 0, 4096);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request)) continue;
        memset(answer, 0, 4096);
        answer->id = request->id;
        answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        const struct call *call = calls;
        while (call->number != request->data.nr) call++;
        const uint64_t *args = (const uint64_t *)request->data.args;
        if (call->what != OPEN || opens_to_change(call, args)) {
            if (memory < 0) {
                /* Opened at the first call: exec has replaced the memory by now. */
                snprintf(path, sizeof path, "/proc/%d/mem", child);
                memory = open(path, O_RDONLY | O_CLOEXEC);
            }
            name_of(call, request, memory, file, sizeof file);
            if (!strncmp(file, folder, prefix) && (file[prefix] == '/' || file[prefix] == 0)) {
                number++;
                int sticks = !strcmp(kind, "full") && strike > 0 && number > strike && !call->frees;
                int struck = number == strike;
                fprintf(log, "%ld %s %s%s\n", number, call->name, file[prefix] ? file + prefix + 1 : ".", struck ? " !" : "");
                if (struck && !strcmp(kind, "kill")) {
                    fflush(log);
                    kill(child, SIGKILL);
                    break;
                }
                if (struck && !strcmp(kind, "short")) {
                    ssize_t written = half(call, request, memory, child);
                    if (written > 0) {
                        answer->flags = 0;
                        answer->val = written;
                    }
                } else if ((struck && !(call->frees && !strcmp(kind, "full"))) || sticks) {
                    answer->flags = 0;
                    answer->error = -error;
                }
            }
        }
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
    }
    fclose(log);
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
