/// That a SAD was extended, and by what. The new SAD itself can be had only by whoever has the old one.
public struct Successor: Sendable, Equatable {
  /// The SAD that is dead.
  public let extended: ActivationDigest
  /// The SAD that took its place.
  public let activation: ActivationDigest
  /// SHA-256 over what the extension asked for.
  public let request: [UInt8]
  /// The new SAD, encrypted under a key derived from the old one.
  public let sealed: [UInt8]

  public init(extended: ActivationDigest, activation: ActivationDigest, request: [UInt8], sealed: [UInt8]) {
    self.extended = extended
    self.activation = activation
    self.request = request
    self.sealed = sealed
  }
}
