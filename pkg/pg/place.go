package pg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// fallbackRoot is the parent folder of a cluster whose user cannot reach the requested folder.
const fallbackRoot = "/var/lib/terreno"

// maxSocketPath is below the limits of a socket's address: 104 bytes on macOS and 108 on Linux.
const maxSocketPath = 100

// account is the system user that a server runs as. The zero value is the user of our own process.
type account struct {
	name     string
	uid, gid uint32
	switched bool
}

// serverAccount returns the user that the server runs as: our own user, unless it is root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, fmt.Errorf("read the ids of user %s: %w", name, err)
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid), switched: true}, nil
	}
	return account{}, errors.New("PostgreSQL refuses to run as root, and this system has no user postgres and no user nobody")
}

// attributes returns the attributes of a process that runs as the account, in its own process group.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// place holds the paths of a cluster's files. All are derived from the folder, so a server that is started again has the
// same address.
type place struct {
	dir    string // holds the lock, the log, and usually the two folders below
	data   string
	socket string
}

// choosePlace returns the requested folder, or a folder in fallback when the account cannot reach the requested one. If
// one of them already holds a cluster, it returns that folder. Otherwise a change of permissions would look like an empty
// database.
func choosePlace(dir, fallback string, a account) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, fmt.Errorf("find the database folder: %w", err)
	}
	sum := sha256.Sum256([]byte(dir))
	requested, other := placeAt(dir), placeAt(filepath.Join(fallback, hex.EncodeToString(sum[:8])))
	canReach := !a.switched || reachable(filepath.Dir(dir), a)
	switch {
	case exists(requested.data) && !canReach:
		return place{}, fmt.Errorf("user %s cannot reach the cluster in %s: give that user the x permission on every "+
			"folder above, or move the cluster", a.name, requested.data)
	case exists(requested.data):
		return requested, nil
	case a.switched && exists(other.data), !canReach:
		return other, nil
	default:
		return requested, nil
	}
}

func placeAt(dir string) place {
	p := place{dir: dir, data: filepath.Join(dir, "data"), socket: filepath.Join(dir, "socket")}
	if len(p.socket)+len("/.s.PGSQL.65535") > maxSocketPath {
		sum := sha256.Sum256([]byte(dir))
		p.socket = filepath.Join("/tmp", "terreno-pg-"+hex.EncodeToString(sum[:8]))
	}
	return p
}

// reachable reports whether the account may enter dir and every folder above it. A folder that does not exist yet counts
// as open, because we will create it open.
func reachable(dir string, a account) bool {
	for ; ; dir = filepath.Dir(dir) {
		if !mayEnter(dir, a) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func mayEnter(dir string, a account) bool {
	st, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil || !st.IsDir() {
		return false
	}
	sys := st.Sys().(*syscall.Stat_t)
	switch mode := st.Mode().Perm(); {
	case sys.Uid == a.uid:
		return mode&0o100 != 0
	case sys.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// make creates the folders and gives them to the account.
func (p place) make(a account) error {
	if err := os.MkdirAll(filepath.Dir(p.dir), 0o755); err != nil {
		return fmt.Errorf("make the database folder: %w", err)
	}
	for _, dir := range []string{p.dir, p.socket} {
		if err := makePrivate(dir, a); err != nil {
			return err
		}
	}
	return nil
}

// makePrivate makes dir a folder that only the account can enter. The fallback folder for the socket is in /tmp, and
// others can predict its name. So makePrivate refuses anything there that belongs to another user, and never takes it
// over.
func makePrivate(dir string, a account) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database folder: %w", err)
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("stat the database folder: %w", err)
	}
	uid := st.Sys().(*syscall.Stat_t).Uid
	if !st.IsDir() || (uid != a.uid && uid != uint32(os.Geteuid())) {
		return fmt.Errorf("%s is not a folder that belongs to user %d, as whom the server runs (it belongs to user %d): "+
			"remove it, or give it to user %d", dir, a.uid, uid, a.uid)
	}
	if uid != a.uid {
		if err := os.Lchown(dir, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("give the database folder to the server's user: %w", err)
		}
	}
	if st.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("close the database folder to others: %w", err)
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
