// Package datadir is the folder in which `terreno up` keeps what survives: PostgreSQL's files, the streams, one secret
// from which every password of the installation follows, and where the domain clock stood. One process owns it at a time.
package datadir

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ErrInUse says that another process owns the folder.
var ErrInUse = errors.New("another terreno runs on this data")

// Dir is an owned data folder.
type Dir struct {
	path   string
	lock   *os.File
	secret []byte
}

// Open makes the folder if there is none and takes it. The error wraps ErrInUse when another process has it.
func Open(path string) (*Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	// 0711: PostgreSQL's own user must be able to pass through when terreno runs as root.
	if err := os.MkdirAll(abs, 0o711); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(abs, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("take %s: %w: stop it, or choose another folder with TERRENO_DATA", abs, ErrInUse), lock.Close())
	}
	d := &Dir{path: abs, lock: lock}
	if d.secret, err = d.loadSecret(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

// Path of a file or folder inside.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Password of one user of the installation. It follows from the folder's secret, so that nothing else has to be kept.
func (d *Dir) Password(user string) string {
	mac := hmac.New(sha256.New, d.secret)
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))[:40]
}

// ID tells this folder's contents from those of a later folder in the same place.
func (d *Dir) ID() string { return d.Password("id")[:8] }

// Welcomed says whether Welcome was called: what is shown once has been shown.
func (d *Dir) Welcomed() bool {
	_, err := os.Stat(d.Path("welcomed"))
	return err == nil
}

// Welcome keeps that what is shown once has been shown.
func (d *Dir) Welcome() error { return d.write("welcomed", nil) }

// ErrOtherKind says that the folder holds another kind of installation.
var ErrOtherKind = errors.New("the data is of another kind of installation")

// Keep makes the folder that of one kind of installation, "demo" or "own", for ever: the demo lives in 2015 and its
// company has a known password. The error wraps ErrOtherKind when it is of another kind.
func (d *Dir) Keep(kind string) error {
	text, err := os.ReadFile(d.Path("kind"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return d.write("kind", []byte(kind))
	case err != nil:
		return fmt.Errorf("read what the data folder is for: %w", err)
	case string(text) != kind:
		return fmt.Errorf("%w: %s holds %q, this is %q. Choose another folder with TERRENO_DATA", ErrOtherKind, d.path, text, kind)
	}
	return nil
}

// Close gives the folder up.
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
		return nil, fmt.Errorf("%s does not hold 64 hexadecimal digits: restore it, or remove the whole data folder to begin anew", file)
	}
	return secret, nil
}

// write replaces a file whole, so that a power cut leaves the old one or the new one.
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

// Running tells other commands of the same machine how to reach the process that owns the folder.
type Running struct {
	HTTP string `json:"http"`
	NATS string `json:"nats"`
}

// SaveRunning writes it; ReadRunning finds it.
func (d *Dir) SaveRunning(r Running) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode what runs: %w", err)
	}
	return d.write("running.json", content)
}

// ReadRunning reads what the owner of a folder wrote. It needs no ownership; the process may have ended since.
func ReadRunning(path string) (Running, error) {
	var r Running
	content, err := os.ReadFile(filepath.Join(path, "running.json"))
	if err != nil {
		return r, fmt.Errorf("find a running terreno in %s: %w", path, err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("read what runs in %s: %w", path, err)
	}
	return r, nil
}

// SaveClock keeps where domain time stands; Clock returns the last instant kept, ok false when there is none.
func (d *Dir) SaveClock(at time.Time) error {
	return d.write("clock", []byte(at.UTC().Format(time.RFC3339Nano)))
}

// Clock is where domain time stood when it was last saved.
func (d *Dir) Clock() (at time.Time, ok bool) {
	text, err := os.ReadFile(d.Path("clock"))
	if err != nil {
		return time.Time{}, false
	}
	at, err = time.Parse(time.RFC3339Nano, string(text))
	return at, err == nil
}
