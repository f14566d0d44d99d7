// The client of OpenID providers: what is believed of an ID token, an access token or a CIBA answer, and of what
// partners state about their customers.
//
// `OpenIDProvider` is one provider, `TrustedProviders` all of them; `Backchannel` asks people in an app;
// `PartnerStatements` verifies what partners sign. Calls are bounded, and a provider that is down is left alone
// for a while (`CircuitBreaker`). Decisions: Specs/decisions/0021 to 0024.
