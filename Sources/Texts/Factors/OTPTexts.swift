extension FieldTexts {
  /// Of a code of an authenticator app.
  public static func otp(_ language: Language) -> FieldTexts {
    switch language {
    case .english:
      FieldTexts(
        label: "One-time code",
        hint: "From your authenticator app.",
        missing: "Enter the one-time code.",
        wrong: "The one-time code is wrong or has already been used. Wait for the next code, then enter that one.",
        locked:
          "One-time codes are locked after too many wrong attempts. Contact customer service to have them unlocked.")
    case .german:
      FieldTexts(
        label: "Einmalcode",
        hint: "Aus Ihrer Authenticator-App.",
        missing: "Bitte geben Sie den Einmalcode ein.",
        wrong:
          "Der Einmalcode ist falsch oder wurde schon verwendet. Bitte warten Sie auf den nächsten Code und geben Sie diesen ein.",
        locked:
          "Einmalcodes sind nach zu vielen falschen Eingaben gesperrt. Bitte wenden Sie sich an den Kundendienst, um sie entsperren zu lassen."
      )
    }
  }
}
