// Signers of partners: who they are to the partner, where they are reached, and what becomes of their personal data
// (ETSI TS 119 461, ETSI EN 319 411-1 clauses 6.2 and 6.3.4). Their names come from identity proofings alone.
//
// Personal data is encrypted for each signer under a key that the device wraps (`Data/`): without that key's row it is
// gone. In the store itself are keyed digests, ids and states.
//
// Begin with `SignerService` and `Signer`.
