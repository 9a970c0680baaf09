/* The time of day as of another moment: PROOF_CLOCK_SECONDS is added to it. Steady clocks are left alone, as setting a clock does. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) {
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, time);
    const char *seconds = getenv("PROOF_CLOCK_SECONDS");
    if (result == 0 && clock == CLOCK_REALTIME && seconds) {
        time->tv_sec += atol(seconds);
    }
    return result;
}
