#include "openapi.h"

// C23's directive, which clang has for all of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char document[] = {
#embed "../../Specs/openapi/openapi.yaml"
};

const unsigned char *openapi_document(void) { return document; }
size_t openapi_document_size(void) { return sizeof document; }
