// The audit log: what is written down, how entries hang together, and how somebody else checks that they do.
//
// An entry holds ids, codes and keyed digests; no names, PINs, tokens or documents. Each has the hash of the one
// before it (`AuditChain`), so that one that was changed, dropped or moved shows. `SignatureTrail` collects what
// the log says about one signature. Stores append entries in the transaction of what they tell; this target has
// neither a store nor a clock.
//
// Begin with `AuditEntry`. Its limits: Specs/threat-model.md, "Edited database".
