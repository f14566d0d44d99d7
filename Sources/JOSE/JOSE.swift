// JWS in compact form, sets of JWKs, and which algorithm and key strength is good enough; read, not yet verified.
// Verifying is an adapter's (`OpenIDClient/TokenSignature`), with an explicit list of algorithms.
