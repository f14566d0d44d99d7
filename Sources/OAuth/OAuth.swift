// The authorization server as values and transactions (RFC 6749, 6750, 7009, 7636, 8252, 9126, 9396, 9700):
// clients, requests, log-in, codes, grants and tokens. It has no HTTP and no clock; each act is one transaction,
// and repeating it is safe.
//
// Begin with `AuthorizationServer` (what a browser does) and `TokenService` (what software does). Design:
// Specs/design/authorization-server.md.
