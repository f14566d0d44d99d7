/// Width and height of a PNG or JPEG, read from its header.
struct ImageSize: Equatable {
  let width, height: Int

  init?(_ octets: [UInt8]) {
    if octets.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), octets.count >= 24 {
      // IHDR is the first chunk.
      width = octets[16..<20].reduce(0) { $0 << 8 | Int($1) }
      height = octets[20..<24].reduce(0) { $0 << 8 | Int($1) }
      return
    }
    guard octets.starts(with: [0xff, 0xd8]) else { return nil }
    var position = 2
    while position + 9 <= octets.count, octets[position] == 0xff {
      let marker = octets[position + 1]
      // SOF0 to SOF15 without DHT, JPG and DAC.
      if 0xc0...0xcf ~= marker, ![0xc4, 0xc8, 0xcc].contains(marker) {
        height = Int(octets[position + 5]) << 8 | Int(octets[position + 6])
        width = Int(octets[position + 7]) << 8 | Int(octets[position + 8])
        return
      }
      position += 2 + (Int(octets[position + 2]) << 8 | Int(octets[position + 3]))
    }
    return nil
  }
}
