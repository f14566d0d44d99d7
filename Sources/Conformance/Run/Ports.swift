/// Everything that the checks need from outside.
public struct Ports: Sendable {
  public var http: any HTTPPort
  public var raw: any RawConnectionPort
  public var cryptography: any CryptographyPort
  public var clock: any ClockPort
  /// Makes so many random octets.
  public var random: @Sendable (Int) -> [UInt8]

  public init(
    http: any HTTPPort, raw: any RawConnectionPort, cryptography: any CryptographyPort, clock: any ClockPort,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.http = http
    self.raw = raw
    self.cryptography = cryptography
    self.clock = clock
    self.random = random
  }
}

public struct HTTPRequest: Sendable {
  public var method: String
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]?
  /// No other version of TLS may be negotiated.
  public var onlyTLS12 = false
}

public struct HTTPAnswer: Sendable {
  public var status: Int
  /// "1.1", "2"
  public var version: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(status: Int, version: String, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.version = version
    self.headers = headers
    self.body = body
  }

  /// The first header of that name in any case.
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// No answer, with the reason in words.
public struct NoAnswer: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether the connection broke, so that another one may bring the answer.
  public let isLostConnection: Bool

  public init(_ description: String, isLostConnection: Bool = false) {
    self.description = description
    self.isLostConnection = isLostConnection
  }
}

/// One HTTP exchange. Redirects are answers like any other, and cookies are the caller's affair.
public protocol HTTPPort: Sendable {
  func send(_ request: HTTPRequest) async throws(NoAnswer) -> HTTPAnswer
}

/// Octets over TCP, for handshakes that no library will begin any more.
public protocol RawConnectionPort: Sendable {
  /// Sends `octets` and returns the beginning of what comes back; empty if the other side just closes.
  func exchange(host: String, port: Int, sending octets: [UInt8]) async throws(NoAnswer) -> [UInt8]
}

public protocol ClockPort: Sendable {
  /// UTC, seconds since 1970.
  func now() -> Double
  func sleep(seconds: Double) async
}

/// Verifies the service's results by other means than the service's own.
public protocol CryptographyPort: Sendable {
  /// Whether `signature` was made over `digest` with the key of the certificate.
  func isValid(_ signature: [UInt8], over digest: [UInt8], _ scheme: SignatureScheme, certificate: [UInt8]) -> Bool
  /// Nil if the octets are no X.509 certificate in DER.
  func certificate(_ der: [UInt8]) -> CertificateFacts?
  /// Whether the second certificate's key signed the first, and their names fit.
  func isIssued(_ certificate: [UInt8], by issuer: [UInt8]) -> Bool
  /// Nil if the octets are no RFC 3161 TimeStampToken in its ContentInfo.
  func timestamp(_ der: [UInt8]) -> TimestampFacts?
  /// Nil if the octets are no CMS SignedData in its ContentInfo.
  ///
  /// - Parameter content: the content that a detached signature covers.
  func signedData(_ der: [UInt8], content: [UInt8]) -> SignedDataFacts?
}

public struct CertificateFacts: Sendable, Equatable {
  public var isAuthority: Bool
  public var isSelfIssued: Bool
  /// Hexadecimal, upper case.
  public var serialNumber: String
  /// UTC, seconds since 1970.
  public var notBefore, notAfter: Int64
  public var commonName: String?

  public init(
    isAuthority: Bool, isSelfIssued: Bool, serialNumber: String, notBefore: Int64, notAfter: Int64,
    commonName: String?
  ) {
    self.isAuthority = isAuthority
    self.isSelfIssued = isSelfIssued
    self.serialNumber = serialNumber
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.commonName = commonName
  }
}

public struct TimestampFacts: Sendable, Equatable {
  /// OID.
  public var hashAlgorithm: String
  public var hashedMessage: [UInt8]
  /// Hexadecimal, upper case, without leading zeros.
  public var nonce: String?
  /// Whether the token's signature fits a certificate inside it; nil if it holds none.
  public var signatureIsValid: Bool?

  public init(hashAlgorithm: String, hashedMessage: [UInt8], nonce: String?, signatureIsValid: Bool?) {
    self.hashAlgorithm = hashAlgorithm
    self.hashedMessage = hashedMessage
    self.nonce = nonce
    self.signatureIsValid = signatureIsValid
  }
}

public struct SignedDataFacts: Sendable, Equatable {
  /// The content that the signature encloses; nil if it is detached.
  public var content: [UInt8]?
  /// Whether the signature verifies over the content with the signer's certificate inside.
  public var signatureIsValid: Bool
  /// OIDs of the first signer's signed and unsigned attributes.
  public var signedAttributes, unsignedAttributes: [String]

  public var isDetached: Bool { content == nil }

  public init(
    content: [UInt8]?, signatureIsValid: Bool, signedAttributes: [String], unsignedAttributes: [String]
  ) {
    self.content = content
    self.signatureIsValid = signatureIsValid
    self.signedAttributes = signedAttributes
    self.unsignedAttributes = unsignedAttributes
  }
}
