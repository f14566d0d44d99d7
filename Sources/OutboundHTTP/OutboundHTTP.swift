// Calls to others by libcurl, with everything bounded: time, octets, redirects (none), addresses. What libcurl is
// told about security is asked for again (`CurlAbilities`). `PublicAddress` says which addresses a partner's URL
// may lead to.
