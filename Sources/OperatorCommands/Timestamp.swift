import ArgumentParser
import Assembly
import OpenSSLPKI

struct TimestampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timestamp", abstract: "Set up the time-stamping authority.", subcommands: [Request.self])

  struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a certification request (PKCS #10, PEM) for the authority's key in the device.",
      discussion: """
        'countersign init' creates the key. The CA that gets the request must issue a certificate whose only extended key \
        usage is timeStamping, marked critical. Put it and the certificates above it into one file, and name the file in \
        the configuration's "tsa".
        """)

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "Label of the key.")
    var keyLabel: String = DeviceTimestampSigner.standardLabel
    @Option(name: .long, help: "Country of the authority, two letters.")
    var country: String
    @Option(name: .long, help: "Organization that runs the authority.")
    var organization: String
    @Option(name: .long, help: "Name of the authority.")
    var commonName: String

    func run() async throws {
      let keys = try DocumentParts.openKeys(try file.load(), labels: [keyLabel])
      print(
        try CertificationRequest.pem(
          keys: keys, keyLabel: keyLabel, subject: [("C", country), ("O", organization), ("CN", commonName)]),
        terminator: "")
    }
  }
}
