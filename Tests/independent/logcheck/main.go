// Checks a log with Go's own packages, golang.org/x/mod/sumdb/note and tlog, and none of Countersign's code.
//
//	logcheck FOLDER ORIGIN [served]
//
// The folder is one of Tests/LogSamples. It fails unless both checkpoints are signed by the log and the witness, every
// tile and every entry belongs to the tree of the later one, the earlier one is its beginning, and each proof in the
// folder is the one that Go computes. With "served" the folder has a log as a gateway serves it, and its key: it fails unless
// the log signed the checkpoint, and every tile and every entry belongs to its tree.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	run := check
	if len(os.Args) == 4 && os.Args[3] == "served" {
		run = checkServed
	} else if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "logcheck FOLDER ORIGIN [served]")
		os.Exit(64)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readKeys(folder string, names ...string) (keys []note.Verifier, err error) {
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		key, err := newKey(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func checkServed(folder, origin string) error {
	keys, err := readKeys(folder, "log.vkey")
	if err != nil {
		return err
	}
	tree, err := checkpoint(filepath.Join(folder, "checkpoint"), origin, keys)
	if err != nil {
		return err
	}
	if err := entries(folder, tree, tlog.TileHashReader(tree, tiles{folder})); err != nil {
		return err
	}
	fmt.Printf("%d entries\n", tree.N)
	return nil
}

func check(folder, origin string) error {
	keys, err := readKeys(folder, "log.vkey", "witness.vkey")
	if err != nil {
		return err
	}
	tree, err := checkpoint(filepath.Join(folder, "checkpoint"), origin, keys)
	if err != nil {
		return err
	}
	earlier, err := checkpoint(filepath.Join(folder, "earlier"), origin, keys)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{folder})
	if err := entries(folder, tree, reader); err != nil {
		return err
	}
	if err := consistency(folder, tree, earlier, reader); err != nil {
		return err
	}
	count, err := proofs(folder, origin, keys, tree, reader)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, %d proofs, the beginning with %d\n", tree.N, count, earlier.N)
	return nil
}

// key is a note.Verifier for the types that package note does not have: ECDSA (2) and cosignatures (4).
type key struct {
	name   string
	hash   uint32
	verify func(text, signature []byte) bool
}

func (k key) Name() string                       { return k.name }
func (k key) KeyHash() uint32                    { return k.hash }
func (k key) Verify(text, signature []byte) bool { return k.verify(text, signature) }

func newKey(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("no verifier key: %q", vkey)
	}
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(typed) < 2 {
		return nil, fmt.Errorf("no verifier key: %q", vkey)
	}
	k := key{name: parts[0]}
	hashed := append([]byte(parts[0]+"\n"), typed...)
	switch public := typed[1:]; typed[0] {
	case 2:
		hashed = public
		parsed, err := x509.ParsePKIXPublicKey(public)
		if err != nil {
			return nil, err
		}
		point, ok := parsed.(*ecdsa.PublicKey)
		if !ok {
			return nil, fmt.Errorf("not a key of ECDSA: %q", vkey)
		}
		k.verify = func(text, signature []byte) bool {
			digest := sha256.Sum256(text)
			return ecdsa.VerifyASN1(point, digest[:], signature)
		}
	case 4:
		if len(public) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("not a key of Ed25519: %q", vkey)
		}
		k.verify = func(text, signature []byte) bool {
			if len(signature) != 8+ed25519.SignatureSize {
				return false
			}
			head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
			return ed25519.Verify(public, append([]byte(head), text...), signature[8:])
		}
	default:
		return note.NewVerifier(vkey)
	}
	digest := sha256.Sum256(hashed)
	k.hash = binary.BigEndian.Uint32(digest[:])
	if parts[1] != fmt.Sprintf("%08x", k.hash) {
		return nil, fmt.Errorf("a verifier key with another id than %08x: %q", k.hash, vkey)
	}
	return k, nil
}

func checkpoint(file, origin string, keys []note.Verifier) (tlog.Tree, error) {
	octets, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := open(octets, origin, keys)
	if err != nil {
		return tree, fmt.Errorf("%s: %w", file, err)
	}
	return tree, nil
}

// open wants a signature of each key.
func open(octets []byte, origin string, keys []note.Verifier) (tree tlog.Tree, err error) {
	n, err := note.Open(octets, note.VerifierList(keys...))
	if err != nil {
		return tree, err
	}
	if len(n.Sigs) != len(keys) {
		return tree, fmt.Errorf("%d of %d keys signed", len(n.Sigs), len(keys))
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != origin {
		return tree, fmt.Errorf("no checkpoint of %s", origin)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// tiles reads tiles of height 8 under the paths of c2sp.org/tlog-tiles, which leave the height out.
type tiles struct{ folder string }

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		octets, err := os.ReadFile(t.file(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, octets)
	}
	return all, nil
}

func (t tiles) file(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	return filepath.Join(t.folder, strings.Replace(path, "tile/data/", "tile/entries/", 1))
}

// entries holds every entry against its hash, and every tile against the root.
func entries(folder string, tree tlog.Tree, reader tlog.HashReader) error {
	known := map[string]bool{}
	all := tlog.NewTiles(8, 0, tree.N)
	for place, tile := range all {
		// Older versions of the package name each width that a partial tile had on the way.
		if place+1 < len(all) && all[place+1].L == tile.L && all[place+1].N == tile.N {
			continue
		}
		known[tiles{folder}.file(tile)] = true
		begin := tile.N << 8
		var indexes []int64
		for i := 0; i < tile.W; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(8*tile.L, begin+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("%s: %w", tile.Path(), err)
		}
		if tile.L > 0 {
			continue
		}
		bundle := tiles{folder}.file(tlog.Tile{H: 8, L: -1, N: tile.N, W: tile.W})
		known[bundle] = true
		octets, err := os.ReadFile(bundle)
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			if len(octets) < 2 || len(octets) < 2+int(binary.BigEndian.Uint16(octets)) {
				return fmt.Errorf("%s ends early", bundle)
			}
			end := 2 + int(binary.BigEndian.Uint16(octets))
			if tlog.RecordHash(octets[2:end]) != hash {
				return fmt.Errorf("%s: entry %d has another hash", bundle, begin+int64(i))
			}
			octets = octets[end:]
		}
		if len(octets) > 0 {
			return fmt.Errorf("%s has more entries", bundle)
		}
	}
	return filepath.Walk(filepath.Join(folder, "tile"), func(file string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && !known[file] {
			return fmt.Errorf("%s is no tile of the tree", file)
		}
		return err
	})
}

func consistency(folder string, tree, earlier tlog.Tree, reader tlog.HashReader) error {
	octets, err := os.ReadFile(filepath.Join(folder, "consistency"))
	if err != nil {
		return err
	}
	proof, err := parseHashes(string(octets))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	own, err := tlog.ProveTree(tree.N, earlier.N, reader)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(proof) {
		err = fmt.Errorf("consistency: Go has another proof")
	}
	return err
}

func proofs(folder, origin string, keys []note.Verifier, tree tlog.Tree, reader tlog.HashReader) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no proofs: %v", err)
	}
	for _, file := range files {
		if err := proof(file, origin, keys, tree, reader); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
	}
	return len(files), nil
}

func proof(file, origin string, keys []note.Verifier, tree tlog.Tree, reader tlog.HashReader) error {
	octets, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".entry")
	if err != nil {
		return err
	}
	end := bytes.Index(octets, []byte("\n\n"))
	if end < 0 {
		return fmt.Errorf("no checkpoint")
	}
	signed, err := open(octets[end+2:], origin, keys)
	if err != nil {
		return err
	}
	if signed != tree {
		return fmt.Errorf("a checkpoint of another tree")
	}
	lines := strings.Split(string(octets[:end]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("no proof: %q", lines[0])
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return fmt.Errorf("no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(strings.Join(lines[1:], "\n"))
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(tree.N, index, reader)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(hashes)) {
		err = fmt.Errorf("Go has another proof")
	}
	return err
}

func parseHashes(text string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range strings.Fields(text) {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
