internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The picture that `info.logo` points to: 96×96 pixels, PNG.
enum Logo {
  static var response: Response {
    Response(
      status: .ok, headers: [.contentType: "image/png", .cacheControl: "max-age=86400"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: png)))
  }

  private static let png = [UInt8](
    Data(base64Encoded: encoded, options: .ignoreUnknownCharacters) ?? Data())

  private static let encoded = """
    iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAIAAABt+uBvAAACbklEQVR42u3d4U0DMQwFYM/QWZiFWRiHwdilICFVFSqXxLGfnx2f
    +FeJs79z0lNIjNz7urykCXiBbm/vkz+nAM2L8HhJIpcQKcnogpQS/skllknANClu4QKEf7aYO4prrLFfjhRAm8EZzixOTGKu4/3V
    Zh6SF9BSKMivdlsjsdKJehvaj9AYaD7K8BdFk1ISj8JB0iiC8QIi13Ey0gOx0SzFZg+USMfWSErqGBpJVR0rIymsY2K0BcSvMxO2
    HqiGzqaRnKCzY6QByqgzzGINqF75qItoDFRGZ5jOLFDJwaUeaHJU+SiKSE4rn9UiktPKZ7WIZoEq6VxndwV0yPhaGmVSr3w+vj4N
    i6ga0I+OF1CB8fWrsw/0/JGUKZ+HzjzQTBEVAXrWaaCBTgMNdFyAks7QL3VMgB4fSd7y+U9nCWhYRFmBrHRqAhnqFASy1YkEUkeM
    1AkGsjXy0IkHsjJy0qEA2s/BT4cFaCcTVx0iIF0+3jpcQKtZAXTogOZzw+hogKyMdjIM1/kLBC6i6zxhOhTrQavZInVYFszmcwbr
    EK0ozmSO19ED4Y2odF4DARY9LhTwOqR/WeXR2QUKN2LcvABbWgzXUW5/QW6g4tHRA3mvT0fpbG3BA+/CC9dZ3sQZWERptgGHzESZ
    NpIjjyLw6KwBId+JUh5m6eNQfaBu+0BdH8nsQ70WQH0svBsLdGsKQGuKbm7S7XG6wZJKp1t0OQCtPpYQmntgkzfd84mlueHbBKpD
    8XPx0Ll3q1J3INfgGO7e7ZJRQJNDJsUtHIFWZ2L8b6MAInlRZAcCSAGC7388wgRENbkkAEpxNdDg+gaiidoJxdyGKwAAAABJRU5E
    rkJggg==
    """
}
