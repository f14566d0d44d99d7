// JSON as a signing service must read it: doubled members are an error, depth, size and number of values are
// bounded while it is scanned, and an unused number may be as large as it likes. Jansson parses and
// writes; `Fields` reads members with the errors that callers choose.
