package up

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

const (
	mib = 1 << 20
	// The streams together get at most streamsMost and at least streamsLeast bytes.
	streamsMost  = 8 << 30
	streamsLeast = 256 * mib
	// postgresLeast is for a cluster without data and its write-ahead log.
	postgresLeast = 256 * mib
	// runLeast is what must be free when there is data already: both servers need some room to start.
	runLeast = 64 * mib
)

// planStreams returns how many bytes the streams may hold together. Each stream reserves its part. The streams get half of
// the disk, because the other half is for PostgreSQL. The plan only grows from start to start, because a limit that shrinks
// could drop what is stored. The error says how much room is missing.
func planStreams(dir *datadir.Dir, free func() (int64, error), ownPostgres bool) (int64, error) {
	folder := dir.Path("nats")
	_, err := os.Stat(folder)
	first := errors.Is(err, os.ErrNotExist)
	stored, err := size(folder)
	if err != nil {
		return 0, err
	}
	room, err := free()
	if err != nil {
		return 0, err
	}
	if err := enough(dir.Path(""), room, first, ownPostgres); err != nil {
		return 0, err
	}
	plan := int64(streamsMost)
	for plan > streamsLeast && plan > (room+stored)/2 {
		plan /= 2
	}
	if saved, ok := dir.StreamPlan(); ok {
		plan = max(plan, saved)
	} else if !first {
		plan = streamsMost // A version that saved no plan made them so large.
	}
	return plan, dir.SaveStreamPlan(plan)
}

func enough(path string, room int64, first, ownPostgres bool) error {
	need, why := int64(streamsLeast), fmt.Sprintf("%d MiB for the streams, which hold what PostgreSQL does not have yet", streamsLeast/mib)
	switch {
	case !first:
		need, why = runLeast, "otherwise NATS and PostgreSQL would refuse to store anything"
	case ownPostgres:
		need += postgresLeast
		why += fmt.Sprintf(", and %d MiB for PostgreSQL", postgresLeast/mib)
	}
	if room >= need {
		return nil
	}
	return fmt.Errorf("the disk of %s has %d MiB free, and terreno needs %d MiB: %s.\nMake room, or choose a folder on another disk with TERRENO_DATA",
		path, room/mib, need/mib, why)
}

// size returns how many bytes the files of a folder have. A folder that does not exist has none.
func size(folder string) (total int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure the streams: %w", err)
	}
	return total, nil
}
