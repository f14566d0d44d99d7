// A black-box client that runs the checklist of the CSC API against any service. It knows the wire alone: HTTP,
// JSON, certificates, through ports; nothing of this service.
//
// `Catalogue/` has the items with their sources, `Checks/` what is done for each, `Report/` what is said about it.
// A check passes only when it saw what it claims.
//
// Used by `csc-conformance`. Decision: Specs/decisions/0017-conformance-tool.md.
