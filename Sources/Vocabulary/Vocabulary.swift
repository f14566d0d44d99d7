// Words that every part shares, and that mean the same everywhere. Knows no other target.
