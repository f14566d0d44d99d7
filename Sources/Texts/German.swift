extension Texts {
  static let german = Texts(
    pages: PageTexts(
      errorPrefix: "Fehler",
      newTab: "(öffnet sich in einem neuen Tab)",
      serviceLine: "Signaturdienst: {service}",
      terms: "Nutzungsbedingungen",
      privacy: "Datenschutz",
      help: "Hilfe",
      optional: "(nicht immer nötig)",

      logInTitle: "Anmelden",
      logInLead: "{client} hat Sie zu uns weitergeleitet. Melden Sie sich mit Ihrem Signaturkonto an, um fortzufahren.",
      username: "Benutzername",
      usernameFixed: "{client} hat dieses Konto vorgegeben.",
      password: "Passwort",
      logIn: "Anmelden",

      serviceTitle: "Zugriff erlauben?",
      serviceLead: "{client} möchte Ihr Signaturkonto nutzen.",
      serviceHeading: "Das erlauben Sie",
      serviceSeeing: "Ihre Zertifikate und die darin enthaltenen Namen sehen.",
      serviceAsking:
        "Unterschriften anfordern. Sie müssen weiterhin jede Unterschrift selbst bestätigen, zum Beispiel mit Ihrer Signatur-PIN.",
      allow: "Erlauben",
      deny: "Ablehnen",
      loggedInAs: "Angemeldet als",

      signingTitle: Texts.Amount(one: "Unterschrift bestätigen", many: "{count} Unterschriften bestätigen"),
      signingLead:
        "{client} bittet um Ihre elektronische Unterschrift. Prüfen Sie, was Sie unterschreiben, und bestätigen Sie dann unten auf der Seite.",
      summaryHeading: "Die Anfrage",
      requestedBy: "Angefordert von",
      purpose: "Angegebener Zweck",
      credential: "Bezeichnung des Zertifikats",
      signatures: "Anzahl der Unterschriften",
      documentsHeading: "Das unterschreiben Sie",
      digest: "{hash}-Prüfsumme",
      digestHelp:
        "Eine Prüfsumme ist der Fingerabdruck eines Dokuments: Sie unterschreiben genau das Dokument mit dieser Prüfsumme.",
      namesHelp: "Die Namen der Dokumente kamen mit der Anfrage. Wir haben sie nicht geprüft.",
      noLabel: "Dokument ohne Namen",
      noLabelHelp:
        "Die Anfrage nennt für dieses Dokument keinen Namen. Nur die Prüfsumme zeigt, welches Dokument es ist.",
      signedAlong: "Wird mit diesem Dokument unterschrieben:",
      statedInDigest:
        "Die Anfrage sagt, dass die Prüfsumme auch Folgendes umfasst. Wir können das nicht prüfen.",
      circumstances: "Angaben aus der Anfrage, die wir nicht geprüft haben:",
      properties: PropertyTexts(
        commitment: "Bedeutung Ihrer Unterschrift",
        contentHints: "Beschreibung des Inhalts",
        mimeType: "Dateityp",
        signerLocation: "Ort der Unterschrift",
        contentTimestamp: "Zeitstempel des Dokuments",
        signerAttributes: "Ihre Rollen",
        signaturePolicy: "Regeln für die Unterschrift",
        contentReference: "Anderes Dokument, auf das verwiesen wird",
        contentIdentifier: "Kennung des Inhalts",
        country: "Land: {value}", locality: "Ort: {value}", address: "Anschrift: {value}",
        policyDigest: "Prüfsumme dieser Regeln ({hash}): {value}",
        computed: "wird beim Unterschreiben von uns ergänzt",
        commitments: [
          "Sie haben das Dokument erstellt, gebilligt und abgesandt", "Sie haben das Dokument erhalten",
          "Das Dokument wurde zugestellt", "Sie haben das Dokument abgesandt", "Sie billigen das Dokument",
          "Sie haben das Dokument erstellt",
        ]),
      moreDocuments: Texts.Amount(one: "1 weiteres Dokument anzeigen", many: "{count} weitere Dokumente anzeigen"),
      unnamed: Texts.Amount(
        one:
          "{client} hat nicht angegeben, was unterschrieben wird. Wenn Sie bestätigen, kann {client} ein beliebiges Dokument in Ihrem Namen unterschreiben lassen.",
        many:
          "{client} hat nicht angegeben, was unterschrieben wird. Wenn Sie bestätigen, kann {client} {count} beliebige Dokumente in Ihrem Namen unterschreiben lassen."
      ),
      unnamedRest: Texts.Amount(
        one:
          "Für 1 weitere Unterschrift hat {client} nicht angegeben, was unterschrieben wird. Wenn Sie bestätigen, kann es jedes beliebige Dokument sein.",
        many:
          "Für {count} weitere Unterschriften hat {client} nicht angegeben, was unterschrieben wird. Wenn Sie bestätigen, können es beliebige Dokumente sein."
      ),
      certificateHeading: "Ihr Zertifikat",
      issuedTo: "Ausgestellt für",
      issuedBy: "Ausgestellt von",
      validUntil: "Gültig bis",
      fullNames: "Vollständige Namen im Zertifikat",
      confirmHeading: "Bestätigen",
      sendCode: "Code anfordern",
      sendNewCode: "Neuen Code anfordern",
      eidDone: "Sie haben mit Ihrer eID bestätigt.",
      alternatives:
        "Sie können auf verschiedene Arten bestätigen. Füllen Sie die Felder für die Art aus, die Sie nutzen möchten.",
      approve: "Bestätigen und unterschreiben",
      refuse: "Ablehnen",

      creationTitle: "Signaturzertifikat ausstellen",
      creationLead:
        "{client} bittet uns, für Sie ein Signaturzertifikat auszustellen. Prüfen Sie die Angaben, bestätigen Sie und wählen Sie eine PIN.",
      creationHeading: "Ihr neues Zertifikat",
      policy: "Art des Zertifikats",
      givenName: "Vorname",
      surname: "Nachname",
      country: "Land",
      validFor: "Gültig für",
      days: Texts.Amount(one: "1 Tag", many: "{days} Tage"),
      creationProof: "Bestätigen Sie zuerst wie bei einer Signatur mit:",
      pinHeading: "Bestätigen und neue PIN wählen",
      newPIN: "Neue Signatur-PIN",
      newPINHint:
        "6 bis 12 Ziffern. Sie brauchen diese PIN für jede Unterschrift. Wir können sie nicht wiederherstellen. Geben Sie die PIN nie in einer anderen App ein.",
      repeatedPIN: "Neue PIN wiederholen",
      create: "Zertifikat ausstellen",
      invitationTitle: "PIN Ihres Signaturzertifikats festlegen",
      invitationLead:
        "{client} hat für Sie ein Signaturzertifikat bestellt. Prüfen Sie den Namen darin und wählen Sie dann eine PIN. Ohne Ihre PIN kann niemand damit unterschreiben.",
      invitationHeading: "PIN wählen",
      invitationWarning:
        "Falls Sie nicht wissen, warum Sie dieses Zertifikat bekommen, oder es nicht Ihr Name ist, lehnen Sie ab: Dann wird das Zertifikat widerrufen.",
      setPIN: "PIN festlegen",
      invitationDone: PageTexts.Pair(
        title: "Ihre PIN ist festgelegt",
        text: "Sie können jetzt mit Ihrem neuen Zertifikat unterschreiben. Sie können diese Seite schließen."),
      invitationRefused: PageTexts.Pair(
        title: "Sie haben abgelehnt",
        text:
          "Das Zertifikat wird widerrufen, und niemand kann damit unterschreiben. Sie können diese Seite jetzt schließen."
      ),
      invitationOver: PageTexts.Pair(
        title: "Dieser Link gilt nicht mehr",
        text:
          "Er ist abgelaufen, oder das Zertifikat wurde darüber abgelehnt. Falls Sie das Zertifikat noch brauchen, bitten Sie das Unternehmen, das Ihnen den Link geschickt hat, um einen neuen."
      ),
      deletionTitle: "Signaturzertifikat löschen?",
      deletionLead:
        "{client} bittet uns, eines Ihrer Signaturzertifikate zu löschen. Prüfen Sie, ob es das richtige ist, und bestätigen Sie dann.",
      deletionHeading: "Das wird gelöscht",
      deletionWarningElsewhere:
        "Der Schlüssel wird endgültig gelöscht. Sie können danach nicht mehr damit unterschreiben. Wir können das Zertifikat nicht widerrufen, weil wir es nicht ausgestellt haben: Bitte wenden Sie sich dafür an den Aussteller. Bereits geleistete Unterschriften ändern sich nicht.",
      deletionWarning:
        "Das Zertifikat wird widerrufen und sein Schlüssel endgültig gelöscht. Sie können danach nicht mehr damit unterschreiben. Bereits geleistete Unterschriften ändern sich nicht.",
      delete: "Endgültig löschen",

      choosePolicyTitle: "Welche Art von Zertifikat?",
      choosePolicyLead:
        "{client} bittet uns, ein Signaturzertifikat für Sie auszustellen. Wählen Sie, welche Art. Sie bestätigen es auf der nächsten Seite.",
      choosePolicyHeading: "Arten von Zertifikaten",
      chooseCredentialTitle: "Welches Zertifikat soll gelöscht werden?",
      chooseCredentialLead:
        "{client} bittet uns, eines Ihrer Signaturzertifikate zu löschen. Wählen Sie, welches. Sie bestätigen es auf der nächsten Seite.",
      chooseCredentialHeading: "Ihre Signaturzertifikate",
      serialNumber: "Seriennummer",
      moreToChoose: "Sie haben mehr, als hier gezeigt werden. {client} kann um jedes davon bitten.",
      goOn: "Weiter",
      nothingChosen: "Bitte wählen Sie eines aus und gehen Sie dann weiter.",

      problemHeading: "Es gibt ein Problem",
      logInFailed:
        "Der Benutzername oder das Passwort ist falsch. Bitte prüfen Sie beides und versuchen Sie es noch einmal.",
      missingUsername: "Bitte geben Sie Ihren Benutzernamen ein.",
      missingPassword: "Bitte geben Sie Ihr Passwort ein.",
      missingNewPIN: "Bitte wählen Sie eine Signatur-PIN.",
      missingRepeatedPIN: "Bitte wiederholen Sie die neue PIN.",
      unsuitablePIN:
        "Bitte wählen Sie 6 bis 12 Ziffern, aber nicht lauter gleiche und keine fortlaufenden wie 111111 oder 123456.",
      pinsDiffer: "Die beiden PINs stimmen nicht überein. Bitte geben Sie zweimal dieselbe PIN ein.",
      lockedLogIn:
        "Dieses Konto ist nach zu vielen falschen Eingaben gesperrt. Bitte wenden Sie sich an den Kundendienst, um es entsperren zu lassen.",
      notEnough:
        "Das reicht zum Bestätigen noch nicht aus. Bitte füllen Sie alle Felder aus, die für Ihr Zertifikat nötig sind.",
      codeSent: "Wir haben Ihnen einen Code gesendet. Bitte geben Sie ihn unten ein.",
      codeNotSent: "Wir konnten den Code nicht senden. Bitte versuchen Sie es in einigen Minuten noch einmal.",
      tooManyTries:
        "Zu viele Versuche in kurzer Zeit. Bitte warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
      busy:
        "Der Dienst ist gerade ausgelastet. Es wurde nichts unterschrieben. Bitte versuchen Sie es gleich noch einmal.",
      otherCredential:
        "Ihr Zertifikat hat sich inzwischen geändert. Es wurde nichts unterschrieben. Bitte prüfen Sie das neue Zertifikat und entscheiden Sie dann noch einmal.",

      unknownClient: PageTexts.Pair(
        title: "Dieser Link funktioniert nicht",
        text:
          "Wir kennen die Website oder App nicht, die Sie hierher geleitet hat, oder ihre Rücksprungadresse ist bei uns nicht hinterlegt. Es wurde nichts unterschrieben. Bitte schließen Sie diese Seite und informieren Sie den Betreiber der Website oder App."
      ),
      invalidRequest: PageTexts.Pair(
        title: "Diese Anfrage ist ungültig",
        text:
          "Die Website oder App, die Sie hierher geleitet hat, hat einen Fehler gemacht. Es wurde nichts unterschrieben. Bitte gehen Sie dorthin zurück und versuchen Sie es noch einmal. Wenn das nicht hilft, informieren Sie bitte den Betreiber."
      ),
      expired: PageTexts.Pair(
        title: "Diese Seite ist abgelaufen",
        text:
          "Sie war zu lange geöffnet, oder dieser Schritt ist schon erledigt. Bitte gehen Sie zur Website oder App zurück und beginnen Sie noch einmal."
      ),
      notFromOurPage: PageTexts.Pair(
        title: "Wir konnten Ihre Anfrage nicht prüfen",
        text:
          "Sie scheint nicht von unserer Seite zu kommen. Es wurde nichts unterschrieben. Bitte erlauben Sie Cookies für diese Seite und verwenden Sie nur ein Fenster. Gehen Sie dann zur Website oder App zurück und beginnen Sie noch einmal."
      ),
      notFound: PageTexts.Pair(
        title: "Seite nicht gefunden",
        text:
          "Unter dieser Adresse gibt es keine Seite. Bitte prüfen Sie den Link, oder gehen Sie zur Website oder App zurück und beginnen Sie noch einmal."
      ),
      operatorsOnly: PageTexts.Pair(
        title: "Nur für den Betrieb",
        text: "Diese Seite ist nur für die Menschen bestimmt, die diesen Dienst betreiben. Bitte weisen Sie sich aus."),
      tooManyTriesPage: PageTexts.Pair(
        title: "Zu viele Versuche",
        text:
          "Es gab zu viele Versuche in kurzer Zeit. Bitte warten Sie einige Minuten, gehen Sie dann zur Website oder App zurück und beginnen Sie noch einmal."
      ),
      serverError: PageTexts.Pair(
        title: "Etwas ist schiefgegangen",
        text:
          "Der Fehler liegt bei uns. Bitte gehen Sie zur Website oder App zurück und beginnen Sie noch einmal. Wenn es wieder passiert, nennen Sie uns bitte die Referenznummer unten."
      ),
      unavailable: PageTexts.Pair(
        title: "Der Dienst ist nicht verfügbar",
        text: "Es wurde nichts unterschrieben. Bitte versuchen Sie es in einigen Minuten noch einmal."),
      detail: "Für den Betreiber der Website oder App",
      reference: "Referenznummer",
      confirmed: PageTexts.Pair(
        title: "Vielen Dank", text: "Ihre Bestätigung ist bei uns eingegangen. Sie können diese Seite jetzt schließen."),
      denied: PageTexts.Pair(
        title: "Sie haben abgelehnt", text: "Es wird nichts unterschrieben. Sie können diese Seite jetzt schließen."),
      alreadyAnswered: PageTexts.Pair(
        title: "Schon beantwortet",
        text: "Diese Anfrage wurde schon beantwortet oder ist abgelaufen. Sie können diese Seite jetzt schließen."),
      backTo: "Zurück zu {client}",
      back: "Zurück",
      forwardTitle: "Sie werden zu Ihrem eID-Anbieter weitergeleitet",
      forwardText: "Falls nichts geschieht, nutzen Sie bitte diese Schaltfläche.",
      forwardLink: "Weiter zu {host}",

      months: [
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
      ],
      date: "{day}. {month} {year}"),
    messages: MessageTexts(
      oneTimeCode:
        "{code} ist Ihr Code zum Unterschreiben bei {partner}{about}. Gültig für {time}. Geben Sie ihn an niemanden weiter.",
      confirmation: Texts.Amount(
        one:
          "{partner} bittet Sie um Ihre Unterschrift{about}. Bitte prüfen Sie die Anfrage und bestätigen Sie sie innerhalb von {time}: {url}",
        many:
          "{partner} bittet Sie um {count} Unterschriften{about}. Bitte prüfen Sie die Anfrage und bestätigen Sie sie innerhalb von {time}: {url}"
      ),
      credentialMade:
        "Für Sie wurde bei {partner} ein Signaturzertifikat ausgestellt (Nummer {number}). Falls Sie es nicht bestellt haben, melden Sie sich sofort bei {partner}.",
      credentialDeleted:
        "{partner} hat Ihr Signaturzertifikat (Nummer {number}) löschen lassen. Damit kann nicht mehr unterschrieben werden. Falls Sie den Grund nicht kennen, melden Sie sich bei {partner}.",
      invitation:
        "{partner} hat für Sie ein Signaturzertifikat bestellt. Legen Sie seine PIN innerhalb von {time} fest: {url} Geben Sie diesen Link nicht weiter. Falls Sie den Grund nicht kennen, melden Sie sich bei {partner}.",
      // After a preposition: für, innerhalb von.
      minutes: Texts.Amount(one: "1 Minute", many: "{count} Minuten"),
      days: Texts.Amount(one: "1 Tag", many: "{count} Tagen")),
    signatures: Texts.Amount(one: "Unterschrift", many: "Unterschriften"))
}
