package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// sweepAtOnce is how many names are read from a folder at once.
const sweepAtOnce = 1000

// Sweep implements Store. Files and folders that Put does not make are left alone.
func (f *Folder) Sweep(ctx context.Context, before time.Time, known func(ctx context.Context, of Owner, names []string) ([]string, error)) (removed int, err error) {
	err = f.each(ctx, ".", func(companies []fs.DirEntry) error {
		for _, c := range companies {
			company, ok := decode(c.Name())
			if !ok || !c.IsDir() {
				continue
			}
			err := f.each(ctx, c.Name(), func(things []fs.DirEntry) error {
				for _, t := range things {
					thing, ok := decode(t.Name())
					if !ok || !t.IsDir() {
						continue
					}
					n, err := f.sweepOwner(ctx, Owner{company, thing}, path.Join(c.Name(), t.Name()), before, known)
					removed += n
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return removed, fmt.Errorf("sweep files: %w", err)
	}
	return removed, nil
}

func (f *Folder) sweepOwner(ctx context.Context, of Owner, dir string, before time.Time, known func(ctx context.Context, of Owner, names []string) ([]string, error)) (removed int, err error) {
	var gone []string
	err = f.each(ctx, dir, func(entries []fs.DirEntry) error {
		var old []string
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
				continue // also one that somebody removed meanwhile
			}
			switch {
			case fileName.MatchString(e.Name()):
				old = append(old, e.Name())
			case tempName.MatchString(e.Name()): // Whoever wrote it died.
				gone = append(gone, e.Name())
			}
		}
		if len(old) == 0 {
			return nil
		}
		kept, err := known(ctx, of, old)
		if err != nil {
			return err
		}
		gone = append(gone, slices.DeleteFunc(old, func(name string) bool { return slices.Contains(kept, name) })...)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, name := range gone { // Afterwards, because a folder that changes may skip names while it is read.
		switch err := f.root.Remove(path.Join(dir, name)); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist):
			return removed, err
		}
	}
	_ = f.root.Remove(dir) // only if nothing is left in it
	return removed, nil
}

// each reads a folder a part at a time. A folder that is gone is empty.
func (f *Folder) each(ctx context.Context, dir string, part func([]fs.DirEntry) error) error {
	d, err := f.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func(d *os.File) { _ = d.Close() }(d)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		entries, err := d.ReadDir(sweepAtOnce)
		if len(entries) > 0 {
			if err := part(entries); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
