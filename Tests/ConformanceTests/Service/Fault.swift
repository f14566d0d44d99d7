/// Mistakes of the service of these tests. Without any, it does everything right that a test asks for.
enum Fault: Sendable, CaseIterable {
  // Channel and bodies.
  case acceptsSSL3, acceptsTLS10, answersPlainHTTP, errorsAsText, breaksBase64, forgetsDescriptions
  // info, log-in, tokens.
  case hasNoName, hasLargeLogo, saysRegionInWords, hidesMethod, knowsEverything
  case breaksInside, speaksOneLanguage
  case letsEveryoneIn, givesRefreshUnasked, keepsRevokedTokens, saysBadTokenAs400
  // Credentials.
  case repeatsPages, listsForAnybody, sendsSCALAsNumber, writesNamesWithSlashes, refusesNulls
  case takesAnyChallengeObject, takesWrongPIN, takesCountAsText, tellsCode, knowsEveryHandle, extendsForFree
  case locksInOtherWords
  // Signatures.
  case turnsOrderAround, signsAnything, signsRaw, neverSpends, forgetsExpiry
  case takesDocumentsTwice, signsOtherContent, dropsProperties, knowsEveryJob, givesJobsToAnybody, stampsRubbish,
    dropsNonce
  // OAuth 2.0.
  case dropsState, redirectsAnywhere, takesAnyScope, takesCodeTwice, ignoresVerifier, refreshesCredentials
  case revokesNothing, ignoresAccountTokens
  // Credentials that are made and deleted.
  case makesForAnyToken, makesTwice, deletesForAnyToken, deletesNothing
}
