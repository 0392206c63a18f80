// Package datadir manages the folder in which `terreno up` keeps all data that survives a restart: PostgreSQL's files, the
// streams, the time of the domain clock, and one secret from which every password of the installation is derived. Only one
// process at a time owns the folder.
package datadir

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrInUse means that another process owns the folder.
var ErrInUse = errors.New("another terreno uses this data folder")

// Dir is a data folder that this process owns.
type Dir struct {
	path   string
	lock   *os.File
	secret []byte
}

// Open creates the folder if it does not exist, and takes ownership of it. The error wraps ErrInUse when another process
// owns the folder.
func Open(path string) (*Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	// When terreno runs as root, PostgreSQL runs as another user, which must be able to pass through this folder: hence 0711.
	if err := os.MkdirAll(abs, 0o711); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(abs, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w: stop that terreno, or choose another folder with TERRENO_DATA", abs, ErrInUse), lock.Close())
	}
	d := &Dir{path: abs, lock: lock}
	if d.secret, err = d.loadSecret(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

// Path returns the path of a file or folder in the data folder.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Password returns the password of a user of the installation. It is derived from the folder's secret, so it need not be
// stored.
func (d *Dir) Password(user string) string {
	mac := hmac.New(sha256.New, d.secret)
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))[:40]
}

// ID identifies the contents of the folder. If somebody deletes the folder, a new one at the same path has another ID.
func (d *Dir) ID() string { return d.Password("id")[:8] }

// Welcomed reports whether Welcome was called. Then the text that is shown only once has been shown.
func (d *Dir) Welcomed() bool {
	_, err := os.Stat(d.Path("welcomed"))
	return err == nil
}

// Welcome records that the text that is shown only once has been shown.
func (d *Dir) Welcome() error { return d.write("welcomed", nil) }

// ErrOtherKind means that the folder belongs to another kind of installation.
var ErrOtherKind = errors.New("the data belongs to another kind of installation")

// Keep binds the folder for ever to one kind of installation, "demo" or "own". The two must not mix, because the demo's
// domain time is in 2015 and the password of its company is public. The error wraps ErrOtherKind when the folder is bound to
// the other kind.
func (d *Dir) Keep(kind string) error {
	text, err := os.ReadFile(d.Path("kind"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return d.write("kind", []byte(kind))
	case err != nil:
		return fmt.Errorf("read the kind of the installation: %w", err)
	case string(text) != kind:
		return fmt.Errorf("%w: %s holds %q, this is %q. Choose another folder with TERRENO_DATA", ErrOtherKind, d.path, text, kind)
	}
	return nil
}

// Close releases the folder.
func (d *Dir) Close() error {
	if err := d.lock.Close(); err != nil {
		return fmt.Errorf("release the data folder: %w", err)
	}
	return nil
}

func (d *Dir) loadSecret() ([]byte, error) {
	file := d.Path("secret")
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		fresh := make([]byte, 32)
		if _, err := rand.Read(fresh); err != nil {
			return nil, fmt.Errorf("make the installation's secret: %w", err)
		}
		return fresh, d.write("secret", []byte(hex.EncodeToString(fresh)))
	}
	if err != nil {
		return nil, fmt.Errorf("read the installation's secret: %w", err)
	}
	secret, err := hex.DecodeString(string(text))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("%s does not hold 64 hexadecimal digits: restore it, or remove the whole data folder to start again without data", file)
	}
	return secret, nil
}

// write replaces a file in one step, so that after a power cut the file has either the old or the new content.
func (d *Dir) write(name string, content []byte) error {
	tmp := d.Path(name + ".new")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(tmp, d.Path(name)); err != nil {
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}

// Running holds the addresses of the process that owns the folder, for other commands on the same machine.
type Running struct {
	HTTP string `json:"http"`
	NATS string `json:"nats"`
	// PostgreSQL and NATS are an administrator's addresses, with passwords.
	PostgreSQL string `json:"postgresql"`
	// Pushes is the address of the fake that takes pushes, and PushesCA the file with its certificate; empty when there is none.
	Pushes   string `json:"pushes,omitempty"`
	PushesCA string `json:"pushes_ca,omitempty"`
}

// SaveRunning writes the addresses for ReadRunning.
func (d *Dir) SaveRunning(r Running) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the addresses: %w", err)
	}
	return d.write("running.json", content)
}

// ReadRunning reads the addresses that the owner of a folder wrote. The caller need not own the folder. The owner may have
// ended in the meantime.
func ReadRunning(path string) (Running, error) {
	var r Running
	content, err := os.ReadFile(filepath.Join(path, "running.json"))
	if err != nil {
		return r, fmt.Errorf("find a running terreno in %s: %w", path, err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("read the addresses in %s: %w", path, err)
	}
	return r, nil
}

// SaveClock stores the current domain time.
func (d *Dir) SaveClock(at time.Time) error {
	return d.write("clock", []byte(at.UTC().Format(time.RFC3339Nano)))
}

// Clock returns the domain time that SaveClock stored last. ok is false when there is none.
func (d *Dir) Clock() (at time.Time, ok bool) {
	text, err := os.ReadFile(d.Path("clock"))
	if err != nil {
		return time.Time{}, false
	}
	at, err = time.Parse(time.RFC3339Nano, string(text))
	return at, err == nil
}

// SaveStreamPlan stores how many bytes the streams may hold together.
func (d *Dir) SaveStreamPlan(bytes int64) error {
	return d.write("streams", strconv.AppendInt(nil, bytes, 10))
}

// StreamPlan returns what SaveStreamPlan stored last. ok is false when there is nothing.
func (d *Dir) StreamPlan() (bytes int64, ok bool) {
	text, err := os.ReadFile(d.Path("streams"))
	if err != nil {
		return 0, false
	}
	bytes, err = strconv.ParseInt(string(text), 10, 64)
	return bytes, err == nil
}

// Free returns how many bytes this process may still write to the disk of the folder.
func (d *Dir) Free() (bytes int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.path, &s); err != nil {
		return 0, fmt.Errorf("ask how much room the disk of %s has: %w", d.path, err)
	}
	return int64(min(s.Bavail*uint64(s.Bsize), math.MaxInt64)), nil
}
