// Octets and how they are written: base64, base64url, hexadecimal, percent text; comparison in constant time,
// digests, sealed boxes; texts from outside, read by octets and not by Characters, because Characters join CR LF
// and combining marks. Knows no other target.
//
// Readers say how strict they are in their names.
