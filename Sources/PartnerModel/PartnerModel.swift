// The partner API `/partner/v1` as values: what a request of each endpoint must look like, which problem it gets
// otherwise, and what an answer looks like. It is to this API what CSCModel is to the CSC API.
//
// An initialiser reads a request and throws a `Problem` (RFC 9457). Nothing here knows who calls, or does anything.
// Objects are read strictly: a member that no one knows is refused, because a misspelt one would be missing.
//
// Begin with `Problem`, `ProblemType` and `StrictFields`.
