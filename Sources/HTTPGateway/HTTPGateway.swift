// The service over HTTP. Only here exists an HTTP status.
// - `Server/`: listening, TLS, limits of connections, framing of messages, the budget of octets, origins,
//   middleware.
// - `API/`: the methods of the CSC API. `ErrorTranslation` gives each refusal of the core the error of the
//   method's table.
// - `OAuth/`: the authorization server's endpoints for software.
// - `Pages/`: what a person sees: log-in, consent, confirmation, errors.
// - `Factors/`: how each factor looks on the wire and on a page.
//
// Begin with `Gateway`, which puts them together, and `API/CSCMethods`. Decisions: Specs/decisions/0033, 0034,
// 0043.
