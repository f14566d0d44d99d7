extension PageTexts {
  static let english = PageTexts(
    errorPrefix: "Error",
    newTab: "(opens in a new tab)",
    serviceLine: "Signing service: {service}",
    terms: "Terms",
    privacy: "Privacy",
    help: "Help",
    optional: "(not always needed)",

    logInTitle: "Log in",
    logInLead: "{client} sent you here. Log in to your signing account to go on.",
    username: "User name",
    usernameFixed: "{client} named this account.",
    password: "Password",
    logIn: "Log in",

    serviceTitle: "Allow access?",
    serviceLead: "{client} would like to use your signing account.",
    serviceHeading: "What you allow",
    serviceSeeing: "See your certificates and the names in them.",
    serviceAsking: "Ask for signatures. Each still has to be authorized the way your certificate demands.",
    allow: "Allow",
    deny: "Deny",
    loggedInAs: "Logged in as",

    signingTitle: Amount(one: "Confirm your signature", many: "Confirm {count} signatures"),
    signingLead:
      "{client} asks for your electronic signature. Check what you sign, then confirm at the end of the page.",
    summaryHeading: "The request",
    requestedBy: "Requested by",
    purpose: "Purpose, as stated by the requester",
    credential: "Signing key",
    signatures: "Number of signatures",
    documentsHeading: "What you sign",
    digest: "{hash} digest",
    digestHelp:
      "A digest is the fingerprint of a document: exactly the document with this digest is signed. The names come from the requester.",
    noLabel: "Document without a name",
    noLabelHelp: "The requester gave no name for it. Only the digest tells which document it is.",
    moreDocuments: Amount(one: "Show 1 more document", many: "Show {count} more documents"),
    unnamed: Amount(
      one: "The requester did not say what will be signed. If you confirm, it can have anything signed once.",
      many: "The requester did not say what will be signed. If you confirm, it can have anything signed {count} times."),
    unnamedRest: Amount(
      one: "For 1 more signature the requester did not say what will be signed.",
      many: "For {count} more signatures the requester did not say what will be signed."),
    certificateHeading: "Your certificate",
    issuedTo: "Issued to",
    issuedBy: "Issued by",
    validUntil: "Valid until",
    fullNames: "Full names",
    confirmHeading: "Confirm",
    pin: "Signing PIN",
    otp: "One-time code",
    otpHint: "From your authenticator app.",
    sms: "Code from the message",
    smsHint: "Have a code sent to you first, then enter it here.",
    sendCode: "Send code",
    sendNewCode: "Send a new code",
    eidText: "Confirm with your eID. You go to your eID provider and come back here.",
    eidButton: "Continue with eID",
    eidDone: "You confirmed with your eID.",
    alternatives: "Your certificate can be used in more than one way. Fill in what your way needs.",
    approve: "Confirm and sign",
    refuse: "Refuse",

    creationTitle: "Create a signing certificate",
    creationLead: "{client} asks to have a signing certificate made for you. Check what is in it, then choose a PIN.",
    creationHeading: "What will be made",
    policy: "Kind of certificate",
    givenName: "Given name",
    surname: "Surname",
    country: "Country",
    validFor: "Valid for",
    days: "{days} days",
    pinHeading: "Choose your signing PIN",
    newPIN: "New signing PIN",
    newPINHint:
      "6 to 12 digits. You need it for every signature, and nobody can tell it to you again. Give it to no application.",
    repeatedPIN: "The same PIN again",
    create: "Create certificate",
    deletionTitle: "Delete your signing certificate?",
    deletionLead: "{client} asks to have a signing key of yours deleted. Check which, then confirm.",
    deletionHeading: "What will be deleted",
    deletionWarning:
      "The key is deleted for good and its certificate is revoked. Nothing can be signed with it any more. What you signed before is not changed.",
    delete: "Delete for good",

    problemHeading: "There is a problem",
    logInFailed: "User name or password is wrong.",
    missingUsername: "Enter your user name.",
    missingPassword: "Enter your password.",
    missingPIN: "Enter your signing PIN.",
    missingOTP: "Enter the one-time code.",
    missingSMS: "Enter the code from the message.",
    missingEID: "Confirm with your eID first.",
    missingNewPIN: "Choose a signing PIN.",
    missingRepeatedPIN: "Enter the new PIN a second time.",
    unsuitablePIN: "Choose 6 to 12 digits that are not all the same and do not count up or down.",
    pinsDiffer: "The two PINs are not the same.",
    wrongPIN: "The signing PIN is wrong. It is locked after too many wrong tries.",
    wrongOTP: "The one-time code is wrong or was used before. Wait for the next one.",
    wrongSMS: "The code is wrong or too old. Check it, or have a new one sent.",
    wrongEID: "The confirmation with your eID did not succeed.",
    lockedLogIn: "This account is locked after too many wrong tries.",
    lockedPIN: "The signing PIN is locked after too many wrong tries.",
    lockedOTP: "One-time codes are locked after too many wrong tries.",
    lockedSMS: "Codes by message are locked after too many wrong tries.",
    lockedEID: "The eID is locked for this certificate.",
    notEnough: "This is not enough. Fill in everything that your certificate needs.",
    codeSent: "A code was sent to you.",
    codeNotSent: "The code could not be sent. Try again in a few minutes.",
    tooManyTries: "Too many tries in a short time. Wait a minute, then try again.",
    busy: "The service is busy. Nothing was signed; try again in a moment.",
    otherCredential:
      "The certificate has changed meanwhile. Nothing was signed; look at the new one, then decide again.",

    unknownClient: Pair(
      title: "This link does not work",
      text:
        "The application that sent you here is not known to us, or wants to send you to an address that is not. Nothing was signed."
    ),
    invalidRequest: Pair(
      title: "This request is not valid",
      text:
        "The application that sent you here made a mistake. Nothing was signed. Go back to it and try again; if that does not help, tell its operator."
    ),
    expired: Pair(
      title: "This page has expired",
      text: "It was open for too long, or this step is already over. Go back to the application and start again."),
    notFromOurPage: Pair(
      title: "We could not check your request",
      text:
        "It does not seem to come from our page. Allow cookies for this site, use one window only, and start again from the application. Nothing was signed."
    ),
    notFound: Pair(title: "Page not found", text: "There is nothing at this address."),
    tooManyTriesPage: Pair(
      title: "Too many tries", text: "There were too many tries in a short time. Wait a few minutes, then start again."),
    serverError: Pair(
      title: "Something went wrong",
      text: "The mistake is ours. Start again from the application; if it happens again, tell us the reference below."),
    unavailable: Pair(
      title: "The service is not available", text: "Nothing was signed. Try again in a few minutes."),
    detail: "For the application's operator",
    reference: "Reference",
    confirmed: Pair(title: "Thank you", text: "Your confirmation has arrived. You can close this page."),
    denied: Pair(title: "You refused", text: "Nothing will be signed. You can close this page."),
    alreadyAnswered: Pair(
      title: "Already answered", text: "This request was answered before or has expired. You can close this page."),
    backTo: "Back to {client}",
    back: "Back",
    forwardTitle: "You are being taken to your eID provider",
    forwardText: "If nothing happens, follow the link.",
    forwardLink: "Continue to {host}",

    months: [
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December",
    ],
    date: "{day} {month} {year}")
}
