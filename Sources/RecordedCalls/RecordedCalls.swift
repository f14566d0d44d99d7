// Calls that may come twice (draft-ietf-httpapi-idempotency-key-header): a call with a key is recorded with its answer,
// in the transaction of its effect. The same call again has no effect and gets the same answer; another one with the
// same key is refused.
//
// A service that takes such calls gets a `CallRecording` and runs its effect through it. The store's part is
// `CallReading` and `CallWriting`. Nothing here knows what a call does, or how an answer looks.
