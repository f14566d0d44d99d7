#include <stddef.h>

/// `Specs/openapi/openapi.yaml` as it was when the program was built (Specs/decisions/0019-openapi.md).
const unsigned char *openapi_document(void);
/// Octets.
size_t openapi_document_size(void);
