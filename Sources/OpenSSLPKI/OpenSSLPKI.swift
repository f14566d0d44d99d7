// OpenSSL for the core's ports: certificates and revocation lists, CMS, time-stamp tokens, verifying signatures,
// scrypt. Private keys of the authorities stay in the device and are reached by libp11
// (Specs/decisions/0006-libp11.md).
