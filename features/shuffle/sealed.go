package shuffle

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
)

// sealed is a temporary file of which the disk sees nothing but noise: AES in
// counter mode under a key that stays in memory. No byte of it is written twice,
// so that no byte of the key stream is used twice.
type sealed struct {
	spillFile
	block cipher.Block
}

// seal wraps a file that nothing was written to yet.
func seal(f spillFile) *sealed {
	var key [16]byte
	rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("shuffle: " + err.Error())
	}
	return &sealed{f, block}
}

// WriteAt writes b, and leaves noise in it.
func (s *sealed) WriteAt(b []byte, at int64) (int, error) {
	s.stream(b, at)
	return s.spillFile.WriteAt(b, at)
}

func (s *sealed) ReadAt(b []byte, at int64) (int, error) {
	n, err := s.spillFile.ReadAt(b, at)
	s.stream(b[:n], at)
	return n, err
}

// stream adds the key stream of the bytes from at on to b.
func (s *sealed) stream(b []byte, at int64) {
	var counter, skipped [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(at)/aes.BlockSize)
	stream := cipher.NewCTR(s.block, counter[:])
	if skip := at % aes.BlockSize; skip > 0 {
		stream.XORKeyStream(skipped[:skip], skipped[:skip])
	}
	stream.XORKeyStream(b, b)
}
