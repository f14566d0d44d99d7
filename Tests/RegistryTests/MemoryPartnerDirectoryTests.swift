import Octets
import Registry
import Testing
import Vocabulary

@Suite("Partners in memory", .timeLimit(.minutes(1)))
struct MemoryPartnerDirectoryTests {
  private static func client(_ id: String, _ partner: String = "portal", name: String = "App") -> Client {
    Client(
      id: ClientID(id), partner: PartnerID(partner), name: name, methods: [.none], secret: nil, keys: nil,
      certificate: nil, redirectURIs: ["https://app.example/cb"], grants: [.authorizationCode], requiresPKCE: true)
  }

  private static func partner(_ id: String, name: String = "Portal", clients: [Client] = []) -> Partner {
    var partner = Partner(id: PartnerID(id), name: name)
    partner.clients = clients
    return partner
  }

  private func revision(_ directory: MemoryPartnerDirectory, _ id: String = "portal") async -> UInt64? {
    await directory.partner(PartnerID(id))?.revision
  }

  @Test("partners and clients by id; what is taken away is gone")
  func lookUp() async {
    let directory = MemoryPartnerDirectory([
      Self.partner("portal", clients: [Self.client("app")]), Self.partner("other", name: "Other"),
    ])
    #expect(await directory.partner(PartnerID("other"))?.name == "Other")
    #expect(await directory.client(ClientID("app"))?.partner == PartnerID("portal"))
    #expect(await directory.partner(PartnerID("nobody")) == nil)
    #expect(await directory.client(ClientID("portal")) == nil)
    directory.replace(with: [Self.partner("portal")])
    #expect(await directory.client(ClientID("app")) == nil)
    #expect(await directory.partner(PartnerID("other")) == nil)
  }

  @Test("ids are octets: another spelling of the same letters is another id")
  func octets() async {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    let directory = MemoryPartnerDirectory([Self.partner(composed, clients: [Self.client(composed, composed)])])
    #expect(await directory.partner(PartnerID(composed)) != nil)
    #expect(await directory.client(ClientID(composed)) != nil)
    #expect(await directory.partner(PartnerID(decomposed)) == nil)
    #expect(await directory.client(ClientID(decomposed)) == nil)
  }

  @Test("a revision stays while the record does, and never comes again")
  func revisions() async throws {
    let directory = MemoryPartnerDirectory([Self.partner("portal"), Self.partner("other")])
    let first = try #require(await revision(directory))
    let other = await revision(directory, "other")
    directory.replace(with: [Self.partner("portal"), Self.partner("other")])
    #expect(await revision(directory) == first)
    directory.replace(with: [Self.partner("portal", name: "New"), Self.partner("other")])
    let second = try #require(await revision(directory))
    #expect(second > first)
    #expect(await revision(directory, "other") == other)
    directory.replace(with: [Self.partner("portal", name: "New", clients: [Self.client("app")])])
    let third = try #require(await revision(directory))
    #expect(third > second)
    directory.replace(with: [])
    directory.replace(with: [Self.partner("portal", name: "New", clients: [Self.client("app")])])
    #expect(try #require(await revision(directory)) > third)
  }

  @Test("origins are those of all partners")
  func origins() async {
    var (one, two) = (Self.partner("one"), Self.partner("two"))
    one.browserOrigins = ["https://a.example", "https://b.example"]
    two.browserOrigins = ["https://b.example"]
    let directory = MemoryPartnerDirectory([one, two])
    #expect(await directory.browserOrigins() == Set(texts: ["https://a.example", "https://b.example"]))
    directory.replace(with: [two])
    #expect(await directory.browserOrigins() == Set(texts: ["https://b.example"]))
  }

  @Test("a secret shows its octets in no text")
  func secret() {
    var partner = Self.partner("portal")
    partner.webhooks = Partner.Webhooks(secret: Secret("swordfish"))
    var text = ""
    dump(partner, to: &text)
    #expect(!"\(partner) \(text)".contains("swordfish") && !text.contains("\(UInt8(ascii: "s"))"))
    #expect("\(Secret("swordfish"))" == "(secret)")
  }
}
