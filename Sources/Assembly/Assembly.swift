// A service put together as its configuration says: reading and checking the configuration, the clock, the log,
// the lease, and what runs next to the requests. `Service` makes the adapters and hands them to the core. It knows
// no sandbox: what only a sandbox may have is refused here (`Configuration/RealService`), and the sandbox's
// program excuses itself (Specs/decisions/0040-programs.md).
