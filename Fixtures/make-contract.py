"""Write contract.pdf beside this script. The same script always writes the same bytes."""

from pathlib import Path

TITLE = "Service agreement"
LINES = [
    "between the provider and the customer.",
    "",
    "1. The provider keeps the signing service running.",
    "2. The customer pays 100 euros each month.",
    "3. Either side may end this agreement with one month's notice.",
    "",
    "This text is an example. It binds nobody.",
]


def page_text() -> bytes:
    """Title in 20 points, then the lines in 12; the text has no character that PDF strings escape."""
    lines = "".join(f"({line}) Tj T*\n" for line in LINES)
    return f"BT\n/F1 20 Tf 72 760 Td ({TITLE}) Tj\n/F1 12 Tf 18 TL 0 -36 Td\n{lines}ET\n".encode("ascii")


def pdf() -> bytes:
    text = page_text()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]\n"
        b"   /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % TITLE.encode("ascii"),
    ]
    # The comment of four high bytes tells transfer programs that the file is binary.
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    # Each entry is exactly 20 bytes, which is why the lines end in space and newline.
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


if __name__ == "__main__":
    Path(__file__).with_name("contract.pdf").write_bytes(pdf())
