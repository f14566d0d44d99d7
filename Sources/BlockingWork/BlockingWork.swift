// Threads for calls that block, with lines that end: `ThreadPool` runs work on threads of its own, `BoundedQueue`
// is what waits for them. A full line is said at once; nothing waits without an end.
