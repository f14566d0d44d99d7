extension FieldTexts {
  /// Of the signing PIN.
  public static func pin(_ language: Language) -> FieldTexts {
    switch language {
    case .english:
      FieldTexts(
        label: "Signing PIN",
        missing: "Enter your signing PIN.",
        wrong: "The signing PIN is wrong. Check it, then try again. After too many wrong attempts it will be locked.",
        locked:
          "Your signing PIN is locked after too many wrong attempts. Contact customer service to have it unlocked.")
    case .german:
      FieldTexts(
        label: "Signatur-PIN",
        missing: "Bitte geben Sie Ihre Signatur-PIN ein.",
        wrong:
          "Die Signatur-PIN ist falsch. Bitte versuchen Sie es noch einmal. Nach zu vielen falschen Eingaben wird sie gesperrt.",
        locked:
          "Ihre Signatur-PIN ist nach zu vielen falschen Eingaben gesperrt. Bitte wenden Sie sich an den Kundendienst, um sie entsperren zu lassen."
      )
    }
  }
}
