// Package password turns passwords into argon2id hashes (RFC 9106) and checks them.
//
// A hash carries its own parameters ($argon2id$v=19$m=65536,t=3,p=4$salt$hash), so old hashes stay good when an operator
// raises the parameters in the configuration. Verify says when a hash has other parameters than today's. Each hash needs
// Params.MemoryKiB of memory, so only the given number runs at once. Further calls wait at most ten seconds (ErrBusy). The
// parties that ask, such as client addresses, take turns, so that nobody with hundreds of guesses delays all others. A
// password counts as the same whether a keyboard sent its characters composed or decomposed (text.Password). The package
// starts no goroutines that outlive a call.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/pkg/turns"
)

const (
	saltBytes = 16
	keyBytes  = 32
	// A stored hash that asks for more than this was not written by this program.
	maxMemoryKiB = 1 << 20
	maxPasses    = 64

	maxWait = 10 * time.Second
)

// ErrBusy says that too many hashes were asked for at once.
var ErrBusy = errors.New("too many passwords to hash at once")

// Params are the costs of one hash. Identity's defaults are RFC 9106's second recommended option: 64 MiB, three passes,
// four lanes.
type Params struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// Validate says what is wrong with the parameters.
func (p Params) Validate() error {
	switch {
	case p.Lanes < 1:
		return errors.New("at least 1 lane")
	case p.Passes < 1 || p.Passes > maxPasses:
		return fmt.Errorf("1 to %d passes", maxPasses)
	case p.MemoryKiB < 8*uint32(p.Lanes) || p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("%d to %d KiB of memory (8 for each lane at least)", 8*uint32(p.Lanes), maxMemoryKiB)
	}
	return nil
}

// Hasher hashes with one set of parameters. It is safe for concurrent use.
type Hasher struct {
	params Params
	turns  *turns.Turns
	dummy  string
}

// NewHasher allows atOnce hashes at the same time: its memory is at most atOnce times the parameters' memory.
func NewHasher(p Params, atOnce int) (*Hasher, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("check password parameters: %w", err)
	}
	if atOnce < 1 {
		return nil, fmt.Errorf("check password parameters: %d hashes at once, at least 1", atOnce)
	}
	h := &Hasher{params: p, turns: turns.New(atOnce)}
	dummy, err := h.Hash(context.Background(), "", rand.Text())
	if err != nil {
		return nil, fmt.Errorf("make the hash of nobody: %w", err)
	}
	h.dummy = dummy
	return h, nil
}

// Hash makes a new hash with a fresh salt. party is who waits for it. The error is ErrBusy or the context's.
func (h *Hasher) Hash(ctx context.Context, party, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	key, err := h.derive(ctx, party, h.params, salt, password, keyBytes)
	if err != nil {
		return "", err
	}
	return encode(h.params, salt, key), nil
}

// Verify says whether the password made the hash, and whether the hash has other parameters than today's. An empty hash
// belongs to nobody and matches nothing. Checking it costs as much as checking a real one, so that the response time
// does not reveal which users exist. party is who waits for the answer.
func (h *Hasher) Verify(ctx context.Context, party, hash, password string) (ok, stale bool, err error) {
	nobody := hash == ""
	if nobody {
		hash = h.dummy
	}
	p, salt, want, err := decode(hash)
	if err != nil {
		return false, false, err
	}
	got, err := h.derive(ctx, party, p, salt, password, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(got, want) == 1
	return same && !nobody, p != h.params, nil
}

func (h *Hasher) derive(ctx context.Context, party string, p Params, salt []byte, password string, n uint32) ([]byte, error) {
	patient, cancel := context.WithTimeoutCause(ctx, maxWait, ErrBusy)
	defer cancel()
	if h.turns.Take(patient, party) != nil {
		return nil, fmt.Errorf("wait to hash a password: %w", context.Cause(patient))
	}
	defer h.turns.Give(party)
	return argon2.IDKey([]byte(text.Password(password)), salt, p.Passes, p.MemoryKiB, p.Lanes, n), nil
}

func encode(p Params, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errHash = errors.New("a stored password hash is not an argon2id hash of ours")

func decode(hash string) (p Params, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Params{}, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); err != nil {
		return Params{}, nil, nil, errHash
	}
	if p.Validate() != nil {
		return Params{}, nil, nil, errHash
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, saltErr := b64.DecodeString(parts[4])
	key, keyErr := b64.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || encode(p, salt, key) != hash {
		return Params{}, nil, nil, errHash
	}
	return p, salt, key, nil
}
