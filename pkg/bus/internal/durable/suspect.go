package durable

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/api"
)

// attemptKey is the prefix of the names under which the durable's metadata counts the tries of a message. The message's
// sequence follows the prefix.
const attemptKey = "terreno.attempt."

// CrashLoopError says that processes ended repeatedly while they handled one message alone.
type CrashLoopError struct{ Attempts int }

func (e *CrashLoopError) Error() string {
	return fmt.Sprintf("%d processes ended while they handled it: its handler seems to end the process", e.Attempts)
}

// CallAlone is Call for one message that may end the process. It records the try on the durable before it calls the
// handler. It removes the record when the handler comes back, whatever the handler returned. After MaxAttempts tries that
// never came back, CallAlone no longer calls the handler and returns a CrashLoopError. It returns ErrLeft when the server cannot
// be asked to record the try. It calls the handler without a record when the server says that it cannot write one: the durable's
// files are gone, or its disk is full, and no waiting mends that. It tries only one message at a time, so that no other message
// becomes a suspect with it.
func (d *Durable) CallAlone(ctx, work context.Context, m *Delivery, handler func() error) error {
	seq := m.Msg.Seq
	if d.History.Knows(seq) {
		return d.Call(ctx, work, 1, handler)
	}
	d.alone.Lock()
	defer d.alone.Unlock()
	if !d.down.awaitEnd(ctx) {
		return ErrLeft
	}
	tries, err := d.remember(work, seq)
	if isUnwritable(err) {
		d.Log.Warn("message is tried, although its try cannot be remembered", "seq", seq, "error", err)
		return d.Call(ctx, work, 1, handler)
	}
	if err != nil {
		d.Log.Warn("message is left, since its try cannot be remembered", "seq", seq, "error", err)
		return ErrLeft
	}
	if tries > d.MaxAttempts {
		return &CrashLoopError{tries - 1}
	}
	back := false
	return d.Call(ctx, work, 1, func() error {
		defer func() {
			if !back {
				back = true
				d.History.Returned(seq, false)
				d.forgetTries(work, seq)
			}
		}()
		return handler()
	})
}

// isUnwritable says that the server answered and cannot write the durable's metadata. nats-server loses the files of a durable that
// is deleted and made anew at once (2.15: the end of the deletion removes the new files).
func isUnwritable(err error) bool {
	var refused *jetstream.APIError
	return errors.As(err, &refused) && refused.Code == http.StatusInternalServerError
}

// remember counts a try of a message. It returns how many tries did not come back, including this one.
func (d *Durable) remember(ctx context.Context, seq uint64) (tries int, err error) {
	name := attemptKey + strconv.FormatUint(seq, 10)
	err = d.updateMetadata(ctx, func(metadata map[string]string) {
		before, _ := strconv.Atoi(metadata[name])
		tries = before + 1
		metadata[name] = strconv.Itoa(tries)
	})
	if err != nil {
		return 0, fmt.Errorf("remember the try of message %d: %w", seq, err)
	}
	return tries, nil
}

// forgetTries runs after the handler, perhaps during shutdown. If it fails, the recorded try counts for nothing as long as
// this process lives. The record is dropped once its message is acknowledged.
func (d *Durable) forgetTries(ctx context.Context, seq uint64) {
	err := d.updateMetadata(context.WithoutCancel(ctx), func(metadata map[string]string) {
		delete(metadata, attemptKey+strconv.FormatUint(seq, 10))
	})
	if err != nil {
		d.Log.Warn("try of a message stays remembered", "seq", seq, "error", err)
	}
}

// updateMetadata changes the durable's metadata.
func (d *Durable) updateMetadata(ctx context.Context, change func(map[string]string)) error {
	return UpdateMetadata(ctx, d.JS, d.Stream, d.Name, change)
}

// UpdateMetadata changes a durable's metadata. Processes that do this at the same moment may undo each other's change. A process
// must then end once more before the message at fault is found, and an operator must say once more what they have seen.
func UpdateMetadata(ctx context.Context, js jetstream.JetStream, stream, name string, change func(map[string]string)) error {
	ctx, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	live, err := js.Consumer(ctx, stream, name)
	if err != nil {
		return err
	}
	info := live.CachedInfo()
	config := info.Config
	config.Metadata = maps.Clone(config.Metadata)
	if config.Metadata == nil {
		config.Metadata = map[string]string{}
	}
	maps.DeleteFunc(config.Metadata, func(name, _ string) bool {
		seq, isTry := strings.CutPrefix(name, attemptKey)
		n, err := strconv.ParseUint(seq, 10, 64)
		// Names that begin with _nats belong to the server.
		return strings.HasPrefix(name, "_nats.") || isTry && (err != nil || n <= info.AckFloor.Stream)
	})
	change(config.Metadata)
	_, err = js.UpdateConsumer(ctx, stream, config)
	return err
}
