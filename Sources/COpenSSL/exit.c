#include <openssl/crypto.h>
#include <stdlib.h>

// Has OpenSSL leave its memory to the system when the process ends.
//
// Its own handler for the end of a process frees what belongs to threads, without a lock. Threads of ours, of SoftHSM
// and of libdispatch still end at that moment and free the same: the process then crashed after its service had ended.
// The first call decides whether there is such a handler, so it is made before `main`
// (OPENSSL_init_crypto(3), OPENSSL_INIT_NO_ATEXIT).
__attribute__((constructor)) static void leave_memory_at_exit(void) {
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) != 1) abort();
}
