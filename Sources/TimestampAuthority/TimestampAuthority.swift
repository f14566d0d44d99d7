// Time-stamps by RFC 3161 and EN 319 422: a request, a token, and the authority that answers one with the other.
// Its key is in the device; CMS is made by an adapter.
//
// Decision: Specs/decisions/0012-time-stamping-authority.md.
