#include <stddef.h>

/// A file as it was when the program was built.
struct embedded_file {
  const char *name;
  const unsigned char *octets;
  size_t size;
};

/// The documents of `Specs/openapi/` (Specs/decisions/0019-openapi.md), and the files of `pages/`.
const struct embedded_file *embedded_files(void);
size_t embedded_files_count(void);
