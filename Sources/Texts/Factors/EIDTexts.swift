extension FieldTexts {
  /// Of a log-in at the eID provider.
  public static func eid(_ language: Language) -> FieldTexts {
    switch language {
    case .english:
      FieldTexts(
        label: "Continue with eID",
        hint: "Confirm with your eID. We take you to your eID provider; after that you come back here.",
        missing: "Confirm with your eID first.",
        wrong: "Your eID could not confirm this request. Try again.",
        locked: "Your eID is locked for this certificate. Contact customer service to have it unlocked.")
    case .german:
      FieldTexts(
        label: "Weiter mit eID",
        hint:
          "Bestätigen Sie mit Ihrer eID. Wir leiten Sie zu Ihrem eID-Anbieter weiter; danach kommen Sie hierher zurück.",
        missing: "Bitte bestätigen Sie zuerst mit Ihrer eID.",
        wrong: "Die Bestätigung mit Ihrer eID ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.",
        locked:
          "Ihre eID ist für dieses Zertifikat gesperrt. Bitte wenden Sie sich an den Kundendienst, um sie entsperren zu lassen."
      )
    }
  }
}
