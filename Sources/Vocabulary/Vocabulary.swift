// Words that every part shares, and that mean the same everywhere: ids, times and how long something counts, in whose
// name a call is made, keys and algorithms with their object identifiers. Knows no other target.
