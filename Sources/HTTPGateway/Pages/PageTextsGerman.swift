extension PageTexts {
  static let german = PageTexts(
    errorPrefix: "Fehler",
    newTab: "(öffnet in neuem Tab)",
    serviceLine: "Signaturdienst: {service}",
    terms: "Bedingungen",
    privacy: "Datenschutz",
    help: "Hilfe",
    optional: "(nicht immer nötig)",

    logInTitle: "Anmelden",
    logInLead: "{client} hat Sie hierher geleitet. Melden Sie sich bei Ihrem Signaturkonto an, um fortzufahren.",
    username: "Benutzername",
    usernameFixed: "Dieses Konto hat {client} genannt.",
    password: "Passwort",
    logIn: "Anmelden",

    serviceTitle: "Zugriff erlauben?",
    serviceLead: "{client} möchte Ihr Signaturkonto nutzen.",
    serviceHeading: "Das erlauben Sie",
    serviceSeeing: "Ihre Zertifikate und die Namen darin sehen.",
    serviceAsking: "Signaturen anfordern. Jede muss weiterhin so freigegeben werden, wie Ihr Zertifikat es verlangt.",
    allow: "Erlauben",
    deny: "Ablehnen",
    loggedInAs: "Angemeldet als",

    signingTitle: Amount(one: "Unterschrift bestätigen", many: "{count} Unterschriften bestätigen"),
    signingLead:
      "{client} bittet um Ihre elektronische Unterschrift. Prüfen Sie, was Sie unterschreiben, und bestätigen Sie am Ende der Seite.",
    summaryHeading: "Die Anfrage",
    requestedBy: "Angefordert von",
    purpose: "Zweck, wie ihn der Anfragende nennt",
    credential: "Signaturschlüssel",
    signatures: "Zahl der Unterschriften",
    documentsHeading: "Das unterschreiben Sie",
    digest: "{hash}-Prüfwert",
    digestHelp:
      "Ein Prüfwert ist der Fingerabdruck eines Dokuments: Unterschrieben wird genau das Dokument mit diesem Prüfwert. Die Namen stammen vom Anfragenden.",
    noLabel: "Dokument ohne Namen",
    noLabelHelp: "Der Anfragende hat keinen Namen genannt. Nur der Prüfwert sagt, welches Dokument es ist.",
    moreDocuments: Amount(one: "1 weiteres Dokument anzeigen", many: "{count} weitere Dokumente anzeigen"),
    unnamed: Amount(
      one:
        "Der Anfragende hat nicht gesagt, was unterschrieben wird. Wenn Sie bestätigen, kann er einmal Beliebiges unterschreiben lassen.",
      many:
        "Der Anfragende hat nicht gesagt, was unterschrieben wird. Wenn Sie bestätigen, kann er {count}-mal Beliebiges unterschreiben lassen."
    ),
    unnamedRest: Amount(
      one: "Für 1 weitere Unterschrift hat der Anfragende nicht gesagt, was unterschrieben wird.",
      many: "Für {count} weitere Unterschriften hat der Anfragende nicht gesagt, was unterschrieben wird."),
    certificateHeading: "Ihr Zertifikat",
    issuedTo: "Ausgestellt auf",
    issuedBy: "Ausgestellt von",
    validUntil: "Gültig bis",
    fullNames: "Vollständige Namen",
    confirmHeading: "Bestätigen",
    pin: "Signatur-PIN",
    otp: "Einmalcode",
    otpHint: "Aus Ihrer Authenticator-App.",
    sms: "Code aus der Nachricht",
    smsHint: "Lassen Sie sich zuerst einen Code senden und geben Sie ihn dann hier ein.",
    sendCode: "Code senden",
    sendNewCode: "Neuen Code senden",
    eidText: "Bestätigen Sie mit Ihrer eID. Sie kommen zu Ihrem eID-Anbieter und danach hierher zurück.",
    eidButton: "Weiter mit eID",
    eidDone: "Sie haben mit Ihrer eID bestätigt.",
    alternatives:
      "Ihr Zertifikat lässt sich auf mehr als eine Weise verwenden. Füllen Sie aus, was Ihre Weise braucht.",
    approve: "Bestätigen und unterschreiben",
    refuse: "Ablehnen",

    creationTitle: "Signaturzertifikat ausstellen",
    creationLead:
      "{client} bittet darum, für Sie ein Signaturzertifikat auszustellen. Prüfen Sie, was darin steht, und wählen Sie dann eine PIN.",
    creationHeading: "Das wird ausgestellt",
    policy: "Art des Zertifikats",
    givenName: "Vorname",
    surname: "Nachname",
    country: "Land",
    validFor: "Gültig für",
    days: "{days} Tage",
    pinHeading: "Signatur-PIN wählen",
    newPIN: "Neue Signatur-PIN",
    newPINHint:
      "6 bis 12 Ziffern. Sie brauchen sie für jede Unterschrift, und niemand kann sie Ihnen noch einmal sagen. Geben Sie sie keiner Anwendung.",
    repeatedPIN: "Dieselbe PIN noch einmal",
    create: "Zertifikat ausstellen",
    deletionTitle: "Signaturzertifikat löschen?",
    deletionLead:
      "{client} bittet darum, einen Ihrer Signaturschlüssel zu löschen. Prüfen Sie, welchen, und bestätigen Sie dann.",
    deletionHeading: "Das wird gelöscht",
    deletionWarning:
      "Der Schlüssel wird endgültig gelöscht und sein Zertifikat widerrufen. Damit kann nichts mehr unterschrieben werden. Was Sie früher unterschrieben haben, ändert sich nicht.",
    delete: "Endgültig löschen",

    problemHeading: "Bitte prüfen",
    logInFailed: "Benutzername oder Passwort ist falsch.",
    missingUsername: "Geben Sie Ihren Benutzernamen ein.",
    missingPassword: "Geben Sie Ihr Passwort ein.",
    missingPIN: "Geben Sie Ihre Signatur-PIN ein.",
    missingOTP: "Geben Sie den Einmalcode ein.",
    missingSMS: "Geben Sie den Code aus der Nachricht ein.",
    missingEID: "Bestätigen Sie zuerst mit Ihrer eID.",
    missingNewPIN: "Wählen Sie eine Signatur-PIN.",
    missingRepeatedPIN: "Geben Sie die neue PIN ein zweites Mal ein.",
    unsuitablePIN: "Wählen Sie 6 bis 12 Ziffern, die nicht alle gleich sind und nicht auf- oder absteigend zählen.",
    pinsDiffer: "Die beiden PINs sind nicht gleich.",
    wrongPIN: "Die Signatur-PIN ist falsch. Nach zu vielen falschen Versuchen wird sie gesperrt.",
    wrongOTP: "Der Einmalcode ist falsch oder wurde schon verwendet. Warten Sie auf den nächsten.",
    wrongSMS: "Der Code ist falsch oder zu alt. Prüfen Sie ihn oder lassen Sie sich einen neuen senden.",
    wrongEID: "Die Bestätigung mit Ihrer eID ist nicht gelungen.",
    lockedLogIn: "Dieses Konto ist nach zu vielen falschen Versuchen gesperrt.",
    lockedPIN: "Die Signatur-PIN ist nach zu vielen falschen Versuchen gesperrt.",
    lockedOTP: "Einmalcodes sind nach zu vielen falschen Versuchen gesperrt.",
    lockedSMS: "Codes per Nachricht sind nach zu vielen falschen Versuchen gesperrt.",
    lockedEID: "Die eID ist für dieses Zertifikat gesperrt.",
    notEnough: "Das genügt nicht. Füllen Sie alles aus, was Ihr Zertifikat braucht.",
    codeSent: "Ein Code wurde Ihnen gesendet.",
    codeNotSent: "Der Code konnte nicht gesendet werden. Versuchen Sie es in einigen Minuten wieder.",
    tooManyTries: "Zu viele Versuche in kurzer Zeit. Warten Sie eine Minute und versuchen Sie es dann wieder.",
    busy: "Der Dienst ist ausgelastet. Nichts wurde unterschrieben; versuchen Sie es gleich noch einmal.",
    otherCredential:
      "Das Zertifikat hat sich inzwischen geändert. Nichts wurde unterschrieben; sehen Sie sich das neue an und entscheiden Sie noch einmal.",

    unknownClient: Pair(
      title: "Dieser Link funktioniert nicht",
      text:
        "Die Anwendung, die Sie hierher geleitet hat, ist uns nicht bekannt, oder sie will Sie an eine Adresse senden, die es nicht ist. Nichts wurde unterschrieben."
    ),
    invalidRequest: Pair(
      title: "Diese Anfrage ist ungültig",
      text:
        "Die Anwendung, die Sie hierher geleitet hat, hat einen Fehler gemacht. Nichts wurde unterschrieben. Gehen Sie zu ihr zurück und versuchen Sie es noch einmal; hilft das nicht, sagen Sie es ihrem Betreiber."
    ),
    expired: Pair(
      title: "Diese Seite ist abgelaufen",
      text:
        "Sie war zu lange offen, oder dieser Schritt ist schon erledigt. Gehen Sie zur Anwendung zurück und beginnen Sie neu."
    ),
    notFromOurPage: Pair(
      title: "Wir konnten Ihre Anfrage nicht prüfen",
      text:
        "Sie scheint nicht von unserer Seite zu kommen. Erlauben Sie Cookies für diese Seite, verwenden Sie nur ein Fenster, und beginnen Sie in der Anwendung neu. Nichts wurde unterschrieben."
    ),
    notFound: Pair(title: "Seite nicht gefunden", text: "Unter dieser Adresse gibt es nichts."),
    tooManyTriesPage: Pair(
      title: "Zu viele Versuche",
      text: "Es gab zu viele Versuche in kurzer Zeit. Warten Sie einige Minuten und beginnen Sie dann neu."),
    serverError: Pair(
      title: "Etwas ist schiefgegangen",
      text:
        "Der Fehler liegt bei uns. Beginnen Sie in der Anwendung neu; geschieht es wieder, nennen Sie uns die Nummer unten."
    ),
    unavailable: Pair(
      title: "Der Dienst ist nicht verfügbar",
      text: "Nichts wurde unterschrieben. Versuchen Sie es in einigen Minuten wieder."),
    detail: "Für den Betreiber der Anwendung",
    reference: "Nummer",
    confirmed: Pair(title: "Danke", text: "Ihre Bestätigung ist angekommen. Sie können diese Seite schließen."),
    denied: Pair(title: "Sie haben abgelehnt", text: "Nichts wird unterschrieben. Sie können diese Seite schließen."),
    alreadyAnswered: Pair(
      title: "Schon beantwortet",
      text: "Diese Anfrage wurde schon beantwortet oder ist abgelaufen. Sie können diese Seite schließen."),
    backTo: "Zurück zu {client}",
    back: "Zurück",
    forwardTitle: "Sie werden zu Ihrem eID-Anbieter geleitet",
    forwardText: "Wenn nichts geschieht, folgen Sie dem Link.",
    forwardLink: "Weiter zu {host}",

    months: [
      "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
      "Dezember",
    ],
    date: "{day}. {month} {year}")
}
