// The audit log: what is written down, how entries hang together, and how somebody else checks that they do.
//
// An entry (`AuditEntry`) has a header that everybody may see (`EntryHeader`) and a payload that the header covers by a
// salted digest. Payloads hold ids, codes and keyed digests; no names, PINs, tokens or documents. Each process writes a
// chain of its own (`Lane`), in the transaction of what the entries tell: one that was changed, dropped or moved shows
// (`LaneVerifier`), and no process waits for another. `SignatureTrail` collects what the log says about one signature.
// This target has neither a store nor a clock.
//
// Begin with `AuditEvent`. Formats: Specs/design/audit.md. Limits: Specs/threat-model.md, "Edited database".
