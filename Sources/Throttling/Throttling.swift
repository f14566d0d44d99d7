// Waits after wrong guesses, counted by name, client, signer and address (NIST SP 800-63B §5.2.2). `ThrottleRule`
// says how many are free and how the wait grows, `Throttle` what is counted; the store keeps the counts. Decision:
// Specs/decisions/0027-brute-force.md.
