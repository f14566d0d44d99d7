// AdES signatures of documents (`signatures/signDoc`): PAdES, CAdES and JAdES formats of ETSI, built on the
// ledger's items, so that a document costs what a hash costs and is authorized like one. What is to be signed is
// prepared first and kept with the operation; the device then signs digests as always.
//
// `DocumentSigningService` is the way through; `Properties/` are signed and unsigned attributes, `JAdES/` the JSON
// format, CMS is made by an adapter (`Ports/CMSBuilder`).
//
// Decision: Specs/decisions/0013-documents.md.
