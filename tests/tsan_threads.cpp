// librdkafka makes its threads and locks with C11's functions, which ThreadSanitizer does not know:
// it would crash at the first such thread. Linked into a program, these stand before libc's and go
// through the POSIX functions, which it knows. On glibc both kinds are the same objects. Only for
// builds with HARK_SANITIZE=thread.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>

namespace {

struct Start {
    thrd_start_t function;
    void* argument;
};

void* run(void* given) {
    const Start start = *static_cast<Start*>(given);
    delete static_cast<Start*>(given);
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(start.function(start.argument)));
}

pthread_mutex_t* posix(mtx_t* mutex) {
    return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* posix(cnd_t* condition) {
    return reinterpret_cast<pthread_cond_t*>(condition);
}
int result(int error) {
    return error == 0 ? thrd_success : thrd_error;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

/// What the library's own atomic counters order cannot be seen: it is not instrumented.
const char* __tsan_default_suppressions() {
    return "race:librdkafka.so\n";
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
    return result(pthread_create(thread, nullptr, run, new Start{function, argument}));
}
int thrd_join(thrd_t thread, int* value) {
    void* given = nullptr;
    const int error = pthread_join(thread, &given);
    if (value != nullptr) *value = static_cast<int>(reinterpret_cast<std::intptr_t>(given));
    return result(error);
}
int mtx_init(mtx_t* mutex, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if ((type & mtx_recursive) != 0) {
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    }
    return result(pthread_mutex_init(posix(mutex), &attributes));
}
int mtx_lock(mtx_t* mutex) {
    return result(pthread_mutex_lock(posix(mutex)));
}
int mtx_trylock(mtx_t* mutex) {
    const int error = pthread_mutex_trylock(posix(mutex));
    return error == EBUSY ? thrd_busy : result(error);
}
int mtx_unlock(mtx_t* mutex) {
    return result(pthread_mutex_unlock(posix(mutex)));
}
void mtx_destroy(mtx_t* mutex) {
    pthread_mutex_destroy(posix(mutex));
}
int cnd_init(cnd_t* condition) {
    return result(pthread_cond_init(posix(condition), nullptr));
}
int cnd_signal(cnd_t* condition) {
    return result(pthread_cond_signal(posix(condition)));
}
int cnd_broadcast(cnd_t* condition) {
    return result(pthread_cond_broadcast(posix(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
    return result(pthread_cond_wait(posix(condition), posix(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
    const int error = pthread_cond_timedwait(posix(condition), posix(mutex), until);
    return error == ETIMEDOUT ? thrd_timedout : result(error);
}
void cnd_destroy(cnd_t* condition) {
    pthread_cond_destroy(posix(condition));
}
}
#pragma GCC visibility pop
