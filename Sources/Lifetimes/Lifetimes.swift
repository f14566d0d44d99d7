// What was issued when, and whether it still counts: also when a clock was wrong. What comes from the future is
// refused (Specs/decisions/0037-clocks.md).
