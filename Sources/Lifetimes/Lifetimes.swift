// Times of issue, and whether things issued still count: also when a clock was wrong. Things from the future are refused
// (Specs/decisions/0037-clocks.md).
