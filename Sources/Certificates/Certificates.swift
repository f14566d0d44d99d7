// Certificates as octets: what stands in them, written and read by the clauses of RFC 5280 and ETSI EN 319 412.
//
// Four parts. `DER` and `Names` are the alphabet. `Profiles` says as data what a kind of certificate contains, and
// `Building` writes its octets: `CertificateDraft.toBeSigned` for persons and organisations,
// `AuthorityDraft.toBeSigned` for those who issue. `Lint` reads the octets that are about to be signed, by a reader of
// its own that has never seen a draft, and holds 24 rules against them; none may speak before a key signs
// (Specs/decisions/0068-certificates.md). `Status` has revocation lists, questions on status and the answers to them.
//
// Keys, clocks and random octets belong to the caller; nothing here signs. Begin with `CertificateProfile`, then
// `CertificateDraft` and `Lint`; for status with `StatusRequest` and `StatusResponse`.
