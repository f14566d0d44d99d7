internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The picture that `info.logo` points to: `Mark` in the service's own colour, 192×192 pixels, PNG.
enum Logo {
  static var response: Response {
    Response(
      status: .ok, headers: [.contentType: "image/png", .cacheControl: "max-age=86400"],
      body: ResponseBody(byteBuffer: png))
  }

  private static let png = ByteBuffer(bytes: EmbeddedFiles.octets("logo.png"))
}
