"""Distinguished encoding (X.690)."""

from harness.failure import require


def elements(octets):
    """The elements of a constructed value. Every length must be in its shortest form, and every set in order (DER)."""
    position, found = 0, []
    while position < len(octets):
        tag, length, start = octets[position], octets[position + 1], position + 2
        require(tag & 0x1F != 0x1F, "a long tag")
        if length >= 0x80:
            count = length & 0x7F
            require(count > 0, "an indefinite length")
            length = int.from_bytes(octets[start : start + count], "big")
            require(length >= 0x80 and length.bit_length() > 8 * (count - 1), "a length that is not the shortest")
            start += count
        require(start + length <= len(octets), "a length beyond the end")
        if tag & 0x20:
            inner = elements(octets[start : start + length])
            # A set of context tags is CMS's implicitly tagged one: attributes, certificates.
            require(tag != 0x31 or inner == sorted(inner), "a set out of order")
        found.append(octets[position : start + length])
        position = start + length
    return found
