// Package api is the HTTP side of chat.
//
// A user sees only the conversations that it is in; for all others the answer is "not found". A 2xx for a change means that it is stored,
// and on its way to sockets. Nothing here outlives its request.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type service struct {
	store   *store.Store
	changes *change.Changes
	files   blob.Store
	// fileRoom is how many bytes the files of a company may have together.
	fileRoom int64
	clock    clock.Clock
	log      *slog.Logger
	live     func(ctx context.Context, m bus.Live) error
	typists  typists
}

// Deps is what the operations need.
type Deps struct {
	Store   *store.Store
	Changes *change.Changes
	// Files keeps the bytes of photos and files, at most FileRoom of them for a company.
	Files    blob.Store
	FileRoom int64
	Clock    clock.Clock
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	// Live tells what nobody stores.
	Live func(ctx context.Context, m bus.Live) error
}

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	api := &service{store: d.Store, changes: d.Changes, files: d.Files, fileRoom: d.FileRoom, clock: d.Clock, log: d.Log, live: d.Live}
	api.registerConversations(a)
	api.registerMessages(a)
	api.registerMembers(a)
	api.registerSettings(a)
	api.registerAudits(a)
	api.registerReceipts(a)
	api.registerChanges(a)
	api.registerFiles(a)
	api.registerSearch(a)
	api.registerPeople(a)
	api.registerExport(a)
}

// describe begins an operation of this API.
func describe(method, path, id, summary string, roles ...string) httpx.Operation {
	return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"chat"}, Security: httpx.Roles(roles...), Refuse: problem}
}

// once does a change in a transaction of its own, and answers a repeated request as the first time. name is of the operation.
func once[T any](ctx context.Context, s *service, who auth.Claims, key httpx.Keyed, name string, request any, status int, do func(*change.Change) (T, error)) (out *httpx.Answer[T], err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out, _, err = change.Once(ch, key, name, request, status, func() (T, error) { return do(ch) })
		return err
	})
	return out, err
}

// hashOf returns what a request is compared by with another one that has the same key.
func hashOf(request any) (string, error) {
	raw, err := json.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("encode a request: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// invalid returns the problem that refuses a part of the request.
func invalid(field, detail string) error {
	return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", detail, httpx.Field(field, detail))
}

// faulty returns the problem for a field and what is wrong with it, in words that continue a sentence.
func faulty(field, detail string) error {
	return invalid(field, fmt.Sprintf("%s %s.", field[strings.LastIndexByte(field, '.')+1:], detail))
}
