extension FieldTexts {
  /// Of a code that was sent.
  public static func sms(_ language: Language) -> FieldTexts {
    switch language {
    case .english:
      FieldTexts(
        label: "Code from the message",
        hint: "Request a code first, then enter it here.",
        missing: "Enter the code from the message.",
        wrong: "The code is wrong or has expired. Check it, or request a new one.",
        locked:
          "Codes by message are locked after too many wrong attempts. Contact customer service to have them unlocked.")
    case .german:
      FieldTexts(
        label: "Code aus der Nachricht",
        hint: "Fordern Sie zuerst einen Code an und geben Sie ihn dann hier ein.",
        missing: "Bitte geben Sie den Code aus der Nachricht ein.",
        wrong: "Der Code ist falsch oder abgelaufen. Bitte prüfen Sie ihn oder fordern Sie einen neuen an.",
        locked:
          "Codes per Nachricht sind nach zu vielen falschen Eingaben gesperrt. Bitte wenden Sie sich an den Kundendienst, um sie entsperren zu lassen."
      )
    }
  }
}
