// SoftHSM's header spells the standard CK_ names only in compatibility mode.
#define CRYPTOKI_COMPAT 1
#include <softhsm/pkcs11.h>
