// SPDX-License-Identifier: Apache-2.0

// The other side of the ledger's formats, by Go's own libraries for transparency logs
// (golang.org/x/mod/sumdb/note and tlog):
//
//	tlog read DIRECTORY KEY            reads a tiled log: signature, every entry, the tree
//	tlog prove DIRECTORY KEY INDEX     prints a tlog-proof
//	tlog extend DIRECTORY KEY OLD      prints an extension from OLD entries to the checkpoint
//	tlog check KEY PROOF               checks a tlog-proof that carries its entry
//	tlog grew KEY OLDNOTE EXTENSION    checks that the extension continues the old checkpoint
//	tlog make DIRECTORY NAME SIZE      makes a tiled log of its own; prints its key
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "tlog:", err)
		os.Exit(1)
	}
}

type head struct {
	text string // the whole note
	size int64
	root tlog.Hash
}

func openNote(text []byte, key string) (head, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return head{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return head{}, errors.New("no checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return head{string(text), size, root}, err
}

// The path in tlog-tiles' words: Go's has the height in it, and says data for entries.
func path(tile tlog.Tile) string {
	if tile.L == -1 {
		return strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	}
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

type directory string

func (directory) Height() int                          { return height }
func (directory) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(d), path(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

func open(dir, key string) (head, tlog.HashReader) {
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	fatal(err)
	h, err := openNote(text, key)
	fatal(err)
	return h, tlog.TileHashReader(tlog.Tree{N: h.size, Hash: h.root}, directory(dir))
}

func entries(dir string, size, n int64) [][]byte {
	tile := tlog.Tile{H: height, L: -1, N: n, W: 256}
	if rest := size - n*256; rest < 256 {
		tile.W = int(rest)
	}
	content, err := os.ReadFile(filepath.Join(dir, path(tile)))
	fatal(err)
	var all [][]byte
	for len(content) > 0 {
		length := int(binary.BigEndian.Uint16(content))
		all = append(all, content[2:2+length])
		content = content[2+length:]
	}
	if len(all) != tile.W {
		fatal(fmt.Errorf("%d entries in %s", len(all), path(tile)))
	}
	return all
}

func read(dir, key string) {
	h, hashes := open(dir, key)
	for n := int64(0); n*256 < h.size; n++ {
		var indexes []int64
		bundle := entries(dir, h.size, n)
		for i := range bundle {
			indexes = append(indexes, tlog.StoredHashIndex(0, n*256+int64(i)))
		}
		// Authenticated: tlog compares every tile with the root first.
		leaves, err := hashes.ReadHashes(indexes)
		fatal(err)
		for i, entry := range bundle {
			if tlog.RecordHash(entry) != leaves[i] {
				fatal(fmt.Errorf("entry %d is not that of its tile", n*256+int64(i)))
			}
		}
	}
	root, err := tlog.TreeHash(h.size, hashes)
	fatal(err)
	if root != h.root {
		fatal(errors.New("the root is another one"))
	}
	fmt.Println(h.size, "entries")
}

func printHashes(hashes []tlog.Hash) {
	for _, hash := range hashes {
		fmt.Println(hash)
	}
}

func prove(dir, key string, index int64) {
	h, hashes := open(dir, key)
	proof, err := tlog.ProveRecord(h.size, index, hashes)
	fatal(err)
	entry := entries(dir, h.size, index/256)[index%256]
	fmt.Printf("c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n",
		base64.StdEncoding.EncodeToString(entry), index)
	printHashes(proof)
	fmt.Printf("\n%s", h.text)
}

func extend(dir, key string, old int64) {
	h, hashes := open(dir, key)
	fmt.Println("old", old)
	if old > 0 { // tlog has no proof from an empty tree; the format's is empty
		proof, err := tlog.ProveTree(h.size, old, hashes)
		fatal(err)
		printHashes(proof)
	}
	fmt.Printf("\n%s", h.text)
}

// The lines in front of the first empty one, and the note behind it.
func split(file string) ([]string, []byte) {
	text, err := os.ReadFile(file)
	fatal(err)
	front, back, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		fatal(errors.New("no proof"))
	}
	return strings.Split(string(front), "\n"), back
}

func parseHashes(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		fatal(err)
		hashes = append(hashes, hash)
	}
	return hashes
}

func check(key, file string) {
	lines, text := split(file)
	h, err := openNote(text, key)
	fatal(err)
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	fatal(err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	fatal(err)
	fatal(tlog.CheckRecord(parseHashes(lines[3:]), h.size, h.root, index, tlog.RecordHash(entry)))
	fmt.Printf("%s\n", entry)
}

func grew(key, oldFile, file string) {
	oldText, err := os.ReadFile(oldFile)
	fatal(err)
	old, err := openNote(oldText, key)
	fatal(err)
	lines, text := split(file)
	h, err := openNote(text, key)
	fatal(err)
	if lines[0] != fmt.Sprintf("old %d", old.size) {
		fatal(errors.New("the extension begins elsewhere"))
	}
	fatal(tlog.CheckTree(parseHashes(lines[1:]), h.size, h.root, old.size, old.root))
	fmt.Println(old.size, "to", h.size)
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

func write(dir, name string, content []byte) {
	file := filepath.Join(dir, name)
	fatal(os.MkdirAll(filepath.Dir(file), 0o755))
	fatal(os.WriteFile(file, content, 0o644))
}

func make_(dir, name string, size int64) {
	secret, key, err := note.GenerateKey(rand.Reader, name)
	fatal(err)
	var hashes stored
	bundles := map[int64][]byte{}
	for n := int64(0); n < size; n++ {
		entry := []byte(fmt.Sprintf("line %d %s", n, strings.Repeat("y", int(n%90))))
		more, err := tlog.StoredHashes(n, entry, hashes)
		fatal(err)
		hashes = append(hashes, more...)
		length := binary.BigEndian.AppendUint16(nil, uint16(len(entry)))
		bundles[n/256] = append(bundles[n/256], append(length, entry...)...)
	}
	for _, tile := range tlog.NewTiles(height, 0, size) {
		content, err := tlog.ReadTileData(tile, hashes)
		fatal(err)
		write(dir, path(tile), content)
		if tile.L == 0 {
			tile.L = -1
			write(dir, path(tile), bundles[tile.N])
		}
	}
	root, err := tlog.TreeHash(size, hashes)
	fatal(err)
	signer, err := note.NewSigner(secret)
	fatal(err)
	text, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", name, size, root)}, signer)
	fatal(err)
	write(dir, "checkpoint", text)
	fmt.Println(key)
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	fatal(err)
	return value
}

func main() {
	words := os.Args[1:]
	switch {
	case len(words) == 3 && words[0] == "read":
		read(words[1], words[2])
	case len(words) == 4 && words[0] == "prove":
		prove(words[1], words[2], number(words[3]))
	case len(words) == 4 && words[0] == "extend":
		extend(words[1], words[2], number(words[3]))
	case len(words) == 3 && words[0] == "check":
		check(words[1], words[2])
	case len(words) == 4 && words[0] == "grew":
		grew(words[1], words[2], words[3])
	case len(words) == 4 && words[0] == "make":
		make_(words[1], words[2], number(words[3]))
	default:
		fatal(errors.New("what? see the top of tlog.go"))
	}
}
