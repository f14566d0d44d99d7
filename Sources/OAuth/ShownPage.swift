import Octets
import WireJSON

/// The content of a page as a person sees it. A form is good only for what its page showed: its token covers this,
/// under a secret that only the browser has. An editor of the store between page and form changes the request, and not
/// the token.
public struct ShownPage: Sendable {
  /// SHA-256.
  let digest: [UInt8]

  /// The log-in page: who asks for what, and where the answer goes.
  public static func logIn(_ transaction: AuthorizationTransaction) -> ShownPage {
    ShownPage("logIn", transaction, [])
  }

  /// The page on which a logged-in person decides.
  ///
  /// - Parameter offer: canonical text of what else the page shows, such as the credential.
  public static func consent(_ transaction: AuthorizationTransaction, offer: [UInt8]) -> ShownPage {
    ShownPage("consent", transaction, offer)
  }

  private init(_ page: String, _ transaction: AuthorizationTransaction, _ offer: [UInt8]) {
    var object = JSONObject([("page", .string(page)), ("request", transaction.request.json)])
    if page == "consent", let user = transaction.user {
      object["user"] = ["username": .string(user.username), "signer": .string(user.signer)]
    }
    digest = OctetDigest.sha256(JSONValue.object(object).canonical() + [0] + offer)
  }
}

extension AuthorizationServer {
  /// The token of a page's forms. It keeps other sites from forging them (RFC 9700 §4.7), and ties them to what the
  /// page showed.
  public func formToken(_ key: TransactionKey, _ shown: ShownPage) -> String { Base64.encodeURL(key.formCode(shown)) }

  /// Whether a form comes from a page of ours that showed this to this browser.
  public func isForm(_ token: String, _ key: TransactionKey, _ shown: ShownPage) -> Bool {
    ConstantTime.isEqual(Array(token.utf8), Array(formToken(key, shown).utf8))
  }
}
