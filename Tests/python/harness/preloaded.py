"""Small libraries in C that are loaded into a program before its own."""

import shutil
import subprocess
from pathlib import Path


def build(source, folder):
    """Compiles the library into the folder."""
    library = Path(folder) / Path(source).with_suffix(".so").name
    compiler = next(filter(None, map(shutil.which, ["cc", "clang", "gcc"])))
    subprocess.run(
        [compiler, "-std=gnu11", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library
