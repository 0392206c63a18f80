// Package api is the HTTP side of chat.
//
// A user sees only the conversations that it is in; for all others the answer is "not found". A 2xx for a change means that it is stored,
// and on its way to sockets. Nothing here outlives its request.
package api

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

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
