extension Texts {
  static let english = Texts(
    pages: PageTexts(
      errorPrefix: "Error",
      newTab: "(opens in a new tab)",
      serviceLine: "Signing service: {service}",
      terms: "Terms and conditions",
      privacy: "Privacy",
      help: "Help",
      optional: "(not always needed)",

      logInTitle: "Log in",
      logInLead: "{client} sent you here. Log in to your signing account to continue.",
      username: "User name",
      usernameFixed: "{client} has specified this account.",
      password: "Password",
      logIn: "Log in",

      serviceTitle: "Allow access?",
      serviceLead: "{client} would like to use your signing account.",
      serviceHeading: "What you allow",
      serviceSeeing: "See your certificates and the names in them.",
      serviceAsking: "Ask for signatures. You still have to confirm each signature, for example with your signing PIN.",
      allow: "Allow",
      deny: "Deny",
      loggedInAs: "Logged in as",

      signingTitle: Texts.Amount(one: "Confirm your signature", many: "Confirm {count} signatures"),
      signingLead:
        "{client} asks for your electronic signature. Check what you are signing, then confirm at the bottom of the page.",
      summaryHeading: "The request",
      requestedBy: "Requested by",
      purpose: "Stated purpose",
      credential: "Certificate name",
      signatures: "Number of signatures",
      documentsHeading: "What you are signing",
      digest: "{hash} fingerprint",
      digestHelp:
        "A fingerprint identifies a document: you sign exactly the document that has this fingerprint.",
      namesHelp: "The document names came with the request. We have not checked them.",
      noLabel: "Document without a name",
      noLabelHelp: "The request gives no name for this document. Only the fingerprint shows which document it is.",
      signedAlong: "Signed together with this document:",
      statedInDigest: "The request says that the fingerprint also covers the following. We cannot check this.",
      circumstances: "Details stated by the request, which we have not checked:",
      properties: PropertyTexts(
        commitment: "What your signature means",
        contentHints: "Description of the content",
        mimeType: "File type",
        signerLocation: "Place of signing",
        contentTimestamp: "Time-stamp of the document",
        signerAttributes: "Your roles",
        signaturePolicy: "Rules for the signature",
        contentReference: "Other document referred to",
        contentIdentifier: "Identifier of the content",
        country: "Country: {value}", locality: "Town or city: {value}", address: "Address: {value}",
        policyDigest: "Fingerprint of these rules ({hash}): {value}",
        computed: "added by us when you sign",
        commitments: [
          "You made and approved the document, and you sent it", "You received the document",
          "The document was delivered", "You sent the document", "You approve the document",
          "You made the document",
        ]),
      moreDocuments: Texts.Amount(one: "Show 1 more document", many: "Show {count} more documents"),
      unnamed: Texts.Amount(
        one:
          "{client} did not say what will be signed. If you confirm, {client} can have any one document signed in your name.",
        many:
          "{client} did not say what will be signed. If you confirm, {client} can have any {count} documents signed in your name."
      ),
      unnamedRest: Texts.Amount(
        one: "For 1 more signature, {client} did not say what will be signed. If you confirm, it can be any document.",
        many:
          "For {count} more signatures, {client} did not say what will be signed. If you confirm, it can be any documents."
      ),
      certificateHeading: "Your certificate",
      issuedTo: "Issued to",
      issuedBy: "Issued by",
      validUntil: "Valid until",
      fullNames: "Full names in the certificate",
      confirmHeading: "Confirm",
      sendCode: "Send me a code",
      sendNewCode: "Send me a new code",
      eidDone: "You have confirmed with your eID.",
      alternatives: "There is more than one way to confirm. Fill in the fields for the way you want to use.",
      approve: "Confirm and sign",
      refuse: "Decline",

      creationTitle: "Create a signing certificate",
      creationLead:
        "{client} asks us to issue a signing certificate for you. Check the details, confirm, and choose a PIN.",
      creationHeading: "Your new certificate",
      policy: "Type of certificate",
      givenName: "Given name",
      surname: "Surname",
      country: "Country",
      validFor: "Valid for",
      days: Texts.Amount(one: "1 day", many: "{days} days"),
      creationProof: "First confirm as you do when you sign with:",
      pinHeading: "Confirm and choose a new PIN",
      newPIN: "New signing PIN",
      newPINHint:
        "6 to 12 digits. You will need it for every signature. It cannot be recovered. Never enter it in another app.",
      repeatedPIN: "Repeat the new PIN",
      create: "Create certificate",
      invitationTitle: "Set the PIN of your signing certificate",
      invitationLead:
        "{client} ordered a signing certificate for you. Check the name in it, then choose a PIN. Without your PIN no one can sign with it.",
      invitationHeading: "Choose your PIN",
      invitationWarning:
        "If you do not know why you got this certificate, or the name is not yours, decline: the certificate will be revoked.",
      setPIN: "Set PIN",
      invitationDone: PageTexts.Pair(
        title: "Your PIN is set", text: "You can sign with your new certificate now. You can close this page."),
      invitationRefused: PageTexts.Pair(
        title: "You declined",
        text: "The certificate is being revoked, and no one can sign with it. You can close this page."),
      invitationOver: PageTexts.Pair(
        title: "This link is no longer valid",
        text:
          "It has expired, or it was used to decline the certificate. If you still need the certificate, ask the company that sent you the link for a new one."
      ),
      deletionTitle: "Delete your signing certificate?",
      deletionLead:
        "{client} asks us to delete one of your signing certificates. Check that it is the right one, then confirm.",
      deletionHeading: "What will be deleted",
      deletionWarningElsewhere:
        "The key will be deleted permanently. You will no longer be able to sign with it. We cannot revoke the certificate, because we did not issue it: please ask its issuer to do so. Signatures that you have already made stay as they are.",
      deletionWarning:
        "The certificate will be revoked and its key deleted permanently. You will no longer be able to sign with it. Signatures that you have already made stay as they are.",
      delete: "Delete permanently",

      choosePolicyTitle: "Which kind of certificate?",
      choosePolicyLead:
        "{client} asks us to create a signing certificate for you. Choose which kind. You confirm it on the next page.",
      choosePolicyHeading: "Kinds of certificates",
      chooseCredentialTitle: "Which certificate should be deleted?",
      chooseCredentialLead:
        "{client} asks us to delete one of your signing certificates. Choose which one. You confirm it on the next page.",
      chooseCredentialHeading: "Your signing certificates",
      serialNumber: "Serial number",
      moreToChoose: "You have more than are shown here. {client} can ask for any of them.",
      goOn: "Continue",
      nothingChosen: "Choose one, then continue.",

      problemHeading: "There is a problem",
      logInFailed: "The user name or the password is wrong. Check both, then try again.",
      missingUsername: "Enter your user name.",
      missingPassword: "Enter your password.",
      missingNewPIN: "Choose a signing PIN.",
      missingRepeatedPIN: "Repeat the new PIN.",
      unsuitablePIN: "Choose 6 to 12 digits. Do not use one digit only or digits in order, such as 111111 or 123456.",
      pinsDiffer: "The two PINs do not match. Enter the same PIN twice.",
      lockedLogIn:
        "This account is locked after too many wrong attempts. Contact customer service to have it unlocked.",
      notEnough: "This is not enough to confirm. Fill in all fields that your certificate needs.",
      codeSent: "We have sent you a code. Enter it below.",
      codeNotSent: "We could not send the code. Try again in a few minutes.",
      tooManyTries: "Too many attempts in a short time. Wait a few minutes, then try again.",
      busy: "The service is busy. Nothing was signed. Try again in a moment.",
      otherCredential:
        "Your certificate has changed in the meantime. Nothing was signed. Check the new certificate, then decide again.",

      unknownClient: PageTexts.Pair(
        title: "This link does not work",
        text:
          "We do not know the website or app that sent you here, or it gave us a return address that is not registered with us. Nothing was signed. Close this page and tell the operator of the website or app."
      ),
      invalidRequest: PageTexts.Pair(
        title: "This request is not valid",
        text:
          "The website or app that sent you here made a mistake. Nothing was signed. Go back to it and try again. If that does not help, tell its operator."
      ),
      expired: PageTexts.Pair(
        title: "This page has expired",
        text:
          "It was open for too long, or this step has already been completed. Go back to the website or app and start again."
      ),
      notFromOurPage: PageTexts.Pair(
        title: "We could not check your request",
        text:
          "It does not seem to come from our page. Nothing was signed. Allow cookies for this site, use one window only, then go back to the website or app and start again."
      ),
      notFound: PageTexts.Pair(
        title: "Page not found",
        text: "There is no page at this address. Check the link, or go back to the website or app and start again."),
      operatorsOnly: PageTexts.Pair(
        title: "For operators only",
        text: "This page is for the people who run this service. Show that you are one of them to see it."),
      tooManyTriesPage: PageTexts.Pair(
        title: "Too many attempts",
        text:
          "There were too many attempts in a short time. Wait a few minutes, then go back to the website or app and start again."
      ),
      serverError: PageTexts.Pair(
        title: "Something went wrong",
        text:
          "The mistake is ours. Go back to the website or app and start again. If it happens again, tell us the reference number below."
      ),
      unavailable: PageTexts.Pair(
        title: "The service is not available", text: "Nothing was signed. Try again in a few minutes."),
      detail: "For the operator of the website or app",
      reference: "Reference number",
      confirmed: PageTexts.Pair(
        title: "Thank you", text: "We have received your confirmation. You can close this page."),
      denied: PageTexts.Pair(title: "You declined", text: "Nothing will be signed. You can close this page."),
      alreadyAnswered: PageTexts.Pair(
        title: "Already answered",
        text: "This request has already been answered, or it has expired. You can close this page."),
      backTo: "Back to {client}",
      back: "Back",
      forwardTitle: "You are being taken to your eID provider",
      forwardText: "If nothing happens, use this button.",
      forwardLink: "Continue to {host}",

      months: [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
      ],
      date: "{day} {month} {year}"),
    messages: MessageTexts(
      oneTimeCode:
        "{code} is your code for signing at {partner}{about}. Valid for {time}. Do not share it with anyone.",
      confirmation: Texts.Amount(
        one: "{partner} asks you for your signature{about}. Check the request and confirm it within {time}: {url}",
        many: "{partner} asks you for {count} signatures{about}. Check the request and confirm it within {time}: {url}"
      ),
      credentialMade:
        "A signing certificate was issued in your name at {partner} (number {number}). If you did not order it, call {partner} now.",
      credentialDeleted:
        "{partner} had your signing certificate (number {number}) deleted. It cannot sign any more. If you do not know why, call {partner}.",
      invitation:
        "{partner} ordered a signing certificate for you. Set its PIN within {time}: {url} Do not pass this link on. If you do not know why you got it, call {partner}.",
      minutes: Texts.Amount(one: "1 minute", many: "{count} minutes"),
      days: Texts.Amount(one: "1 day", many: "{count} days")),
    signatures: Texts.Amount(one: "signature", many: "signatures"))
}
