// The CSC API as values: what a request of each method must look like, which error its table gives otherwise, and
// what an answer looks like. Versions 1.0.4.0 and 2.2.0.0.
//
// An `init(_ fields:, _ version)` reads a request and throws the `CSCError` of the method's table, row by row, in
// the table's order. Nothing here knows who calls, or does anything.
//
// Begin with `Method` and `CSCError`. Where the texts of the API contradict themselves: Specs/divergences.md.
