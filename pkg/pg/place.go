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

// fallbackRoot is where a cluster lives whose own user cannot reach the folder that was asked for.
const fallbackRoot = "/var/lib/terreno"

// A socket's address holds 104 bytes on macOS and 108 on Linux.
const maxSocketPath = 100

// account is the system user that a server runs as. The zero value is our own.
type account struct {
	name     string
	uid, gid uint32
	switched bool
}

// serverAccount returns whom to run as: ourselves, unless we are root.
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
	return account{}, errors.New("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")
}

// attributes of a process that runs as the account, in a process group of its own.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// place is where one cluster's files are. Everything in it is derived from the folder, so that a server which is started
// again has the address that it had.
type place struct {
	dir    string // lock, log and the two below
	data   string
	socket string
}

// choosePlace returns the folder asked for, or the one in fallback when the account cannot walk to it. A cluster that is
// there already decides, so that a change of permissions does not show up as an empty database.
func choosePlace(dir, fallback string, a account) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, fmt.Errorf("find the database folder: %w", err)
	}
	sum := sha256.Sum256([]byte(dir))
	asked, other := placeAt(dir), placeAt(filepath.Join(fallback, hex.EncodeToString(sum[:8])))
	canWalk := !a.switched || reachable(filepath.Dir(dir), a)
	switch {
	case exists(asked.data) && !canWalk:
		return place{}, fmt.Errorf("the cluster in %s cannot be reached by user %s: give it the x permission on every "+
			"folder above, or move the cluster", asked.data, a.name)
	case exists(asked.data):
		return asked, nil
	case a.switched && exists(other.data), !canWalk:
		return other, nil
	default:
		return asked, nil
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

// reachable says whether the account may walk down to dir. Parts that do not exist yet will be made by us, open.
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

// makePrivate makes dir a folder that the account alone can enter. The fallback socket folder has a name that others can
// foretell, in /tmp: whatever stands there and is not ours is refused, never taken over.
func makePrivate(dir string, a account) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database folder: %w", err)
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the database folder: %w", err)
	}
	uid := st.Sys().(*syscall.Stat_t).Uid
	if !st.IsDir() || (uid != a.uid && uid != uint32(os.Geteuid())) {
		return fmt.Errorf("%s belongs to user %d, the server would run as %d: remove it, or give it to that user",
			dir, uid, a.uid)
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
