/* Preloaded into a program: says so when OpenSSL cleans up at its end. */
#include <unistd.h>

void OPENSSL_cleanup(void) { (void)!write(STDERR_FILENO, "OpenSSL cleans up\n", 18); }
