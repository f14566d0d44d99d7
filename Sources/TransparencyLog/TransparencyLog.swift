// The formats of a log that proves itself: the Merkle tree of RFC 6962, its tiles, proofs that an entry is in it and
// that it only grew, and the signed notes that carry its head. The documents are RFC 9162 §2.1 and C2SP's signed-note,
// tlog-checkpoint, tlog-tiles, tlog-cosignature and tlog-proof (c2sp.org).
//
// This target makes and checks octets. Where tiles are kept, who signs and what an entry says is others' business: a
// writer hands out the tiles that are full (`TileWriter`), a query says which tiles it needs and believes none of them
// (`TileQuery`), and the holder of a key signs what `Checkpoint.text` or `Cosignature.message` gives.
//
// Begin with `TreeHead` and `TileWriter`.
