internal import Crypto
internal import SoleControl
internal import Vocabulary

/// Personal data that cannot be read with the key that the store has for it.
public struct UnreadableData: Error, Equatable {}

/// Encrypts personal data: AES-256-GCM under a key of the signer's own, with a random nonce in front, and bound to the
/// signer's id, so that no row serves for another one.
struct DataBoxes: Sendable {
  private static let purpose = "countersign personal data v1"
  private static let nonceLength = 12
  /// Signers whose keys the device computes in one job: a signature waits for so many and no more.
  static let most = 16

  let device: any DataKeyDevice

  /// Octets for a signer's row.
  func seal(_ data: PersonalData, of signer: SignerID, under secret: WrappedKey) async throws -> [UInt8] {
    do throws(DeviceError) {
      let key = try await device.dataKeys([secret], for: Self.purpose)[0]
      let nonce = try await device.random(count: Self.nonceLength)
      return try Self.seal(data.canonical(), key, nonce, signer)
    } catch { throw error.asFault }
  }

  /// The data of a signer.
  ///
  /// - Throws: `UnreadableData`.
  func open(_ signer: Signer) async throws -> PersonalData {
    guard let data = try await open([signer])[0] else { throw UnreadableData() }
    return data
  }

  /// The data of some signers, in their order; nil for what cannot be read with its key.
  func open(_ signers: [Signer]) async throws -> [PersonalData?] {
    var opened: [PersonalData?] = []
    var left = signers[...]
    while !left.isEmpty {
      let some = left.prefix(Self.most)
      left = left.dropFirst(Self.most)
      do throws(DeviceError) {
        let keys = try await device.dataKeys(some.map(\.dataKey), for: Self.purpose)
        opened += zip(some, keys).map { Self.open($0, $1) }
      } catch { throw error.asFault }
    }
    return opened
  }

  private static func open(_ signer: Signer, _ key: [UInt8]) -> PersonalData? {
    guard let box = try? AES.GCM.SealedBox(combined: signer.sealed),
      let text = try? AES.GCM.open(
        box, using: SymmetricKey(data: key), authenticating: Array(signer.id.rawValue.utf8))
    else { return nil }
    return PersonalData(canonical: Array(text))
  }

  private static func seal(
    _ text: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ signer: SignerID
  ) throws(DeviceError) -> [UInt8] {
    do {
      let box = try AES.GCM.seal(
        text, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: nonce),
        authenticating: Array(signer.rawValue.utf8))
      return nonce + Array(box.ciphertext) + Array(box.tag)
    } catch { throw .fault }
  }
}
