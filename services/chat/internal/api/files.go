package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/photo"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/chat/internal/filetype"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

const fileHelp = "The body is the file as it is, and its first bytes say what it is, whatever the header or the name says. A photo is JPEG, PNG, WebP or HEIC, at most 10 MiB. A file is anything, at most 25 MiB. " +
	"A file that is no PDF, picture, film, sound or ZIP has the type application/octet-stream. Nothing is taken out of a photo, so the position that a camera writes into it stays there. " +
	"Then send the message that shows it, with the id as file_id: until then nobody else sees it, and after a day it is removed. At most 20 files of yours wait for their messages. " +
	"The answer means that the file is stored for good. Repeat with the same Idempotency-Key until you get it."

type (
	addFileInput struct {
		ConversationID
		httpx.Keyed
		Kind string `query:"kind" enum:"photo,file" required:"true"`
		Name string `query:"name" maxLength:"1000" doc:"what people call it, at most 200 characters; only what comes after the last slash counts. A photo needs none"`
	}
	fileInput struct {
		ConversationID
		File  string `path:"file" maxLength:"64"`
		Match string `header:"If-None-Match" doc:"the ETag of the file, if you have it: 304 without a body"`
	}
)

func (s *service) registerFiles(a *httpx.API) {
	types, content := map[string]string{}, map[string]*huma.MediaType{}
	for _, name := range filetype.Types() {
		types[name] = "The bytes of the file, at most 25 MiB. What it is decides the content, not the header."
		content[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	add := describe(http.MethodPost, "/v1/conversations/{id}/files", "add-file", "Send a photo or a file into a conversation, for a message that shows it")
	add.Description, add.Status, add.StreamTypes, add.MaxBodyBytes = fileHelp, http.StatusCreated, types, filetype.MaxBytes
	httpx.Handle(a, add, s.addFile)
	get := describe(http.MethodGet, "/v1/conversations/{id}/files/{file}", "get-file", "The bytes of a file that a message shows which you may read")
	get.Class = httpx.ClassFiles
	httpx.Handle(a, get, s.file)
	responses := a.OpenAPI().Paths[get.Path].Get.Responses
	responses["200"] = &huma.Response{Description: "The file", Content: content}
	responses["304"] = &huma.Response{Description: "You have it already"}
}

// addFile keeps the bytes first, and then names them in a row. Bytes that nothing names are removed, here or by the upkeep.
func (s *service) addFile(ctx context.Context, who auth.Claims, in *addFileInput) (*httpx.Answer[FileInfo], error) {
	name, err := fileName(in.Name)
	if err != nil || name == "" && in.Kind == talk.File {
		return nil, httpx.Faulty("query.name", "must be the name of a file, such as factura.pdf, with 1 to 200 characters that can be seen")
	}
	if err := s.store.MaySendFile(ctx, who, in.ID); err != nil { // before megabytes are read for nothing
		return nil, err
	}
	of := blob.Owner{Company: who.Company, Thing: in.ID}
	kept, mediaType, err := s.keepFile(ctx, of, in.Kind)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = "foto." + photo.Ending(mediaType)
	}
	f := store.File{ID: id.String(), Kind: in.Kind, Name: name, Type: mediaType, Bytes: kept.Size, Blob: kept.Name}
	ctx, cancel := context.WithTimeout(ctx, httpx.DefaultTimeout)
	defer cancel()
	var out *httpx.Answer[FileInfo]
	replayed := false
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		out, replayed, err = change.Once(ch, in.Keyed, "add-file", []any{in.ID, in.Kind, name, kept.SHA256}, http.StatusCreated, func() (FileInfo, error) {
			return FileInfo{ID: f.ID, Name: f.Name, Type: f.Type, Bytes: f.Bytes}, s.store.AddFile(ctx, ch, who, in.ID, f, s.fileRoom)
		})
		return err
	})
	// After any other error the file stays, because a commit whose answer was lost may have named it.
	_, refused := errors.AsType[*httpx.ProblemDetails](problem(err))
	if replayed || refused || errors.Is(err, idem.ErrKeyReused) {
		if err := s.files.Delete(of, kept.Name); err != nil {
			s.log.Warn("a file that nothing names was not removed", "error", err)
		}
	}
	return out, err
}

// fileName returns what people call a file. Marks that turn the direction of a name, so that exe.gpj reads jpg.exe, are taken out, and so
// is the path.
func fileName(typed string) (string, error) {
	name := strings.TrimSpace(typed[strings.LastIndexAny(typed, `/\`)+1:])
	if name == "" {
		return "", nil
	}
	name, err := text.Line(name, talk.MaxName)
	if err == nil && strings.Trim(name, ". ") == "" {
		return "", errors.New("is a folder")
	}
	return name, err
}

// keepFile writes the body of a request into a file, if it is what it should be.
func (s *service) keepFile(ctx context.Context, of blob.Owner, kind string) (file blob.File, mediaType string, err error) {
	body, limit := bufio.NewReaderSize(httpx.StreamedBody(ctx), 32<<10), int64(filetype.MaxBytes)
	head, err := body.Peek(filetype.Head)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return file, "", err
	case len(head) == 0:
		return file, "", httpx.Problem(http.StatusUnprocessableEntity, "file_empty", "The body is empty. Send the bytes of the photo or the file.")
	}
	mediaType = filetype.Type(head)
	if kind == talk.Photo {
		limit = photo.MaxBytes
		if mediaType = photo.Type(head); mediaType == "" {
			return file, "", httpx.Problem(http.StatusUnsupportedMediaType, "photo_type_unsupported",
				"This is no photo in JPEG, PNG, WebP or HEIC, whatever its name says. Send the photo as the camera wrote it, or send it with kind=file.")
		}
	}
	file, err = s.files.Put(ctx, of, body, limit)
	if p, ok := errors.AsType[*httpx.ProblemDetails](err); ok {
		return file, "", p // what the client sent
	}
	if errors.Is(err, blob.ErrTooLarge) {
		return file, "", httpx.Problem(http.StatusRequestEntityTooLarge, "body_too_large", fmt.Sprintf("A photo has at most %d MiB. Send a smaller one, or send it with kind=file.", photo.MaxBytes>>20))
	}
	if err != nil {
		s.log.Error("a file was not stored", "error", err)
		return file, "", httpx.Unavailable(fmt.Errorf("store a file: %w", err))
	}
	return file, mediaType, nil
}

func (s *service) file(ctx context.Context, who auth.Claims, in *fileInput) (*huma.StreamResponse, error) {
	asking, cancel := context.WithTimeout(ctx, httpx.DefaultTimeout)
	defer cancel()
	f, err := s.store.File(asking, who, in.ID, in.File)
	if err != nil {
		return nil, err
	}
	c := httpx.Content{Type: f.Type, Name: f.Name, ETag: `"` + f.Blob + `"`}
	if httpx.Matches(in.Match, c.ETag) {
		return httpx.Send(c), nil
	}
	c.Source, c.Size, err = s.files.Open(blob.Owner{Company: who.Company, Thing: in.ID}, f.Blob)
	if errors.Is(err, blob.ErrNoFile) {
		s.log.Error("a file is missing: was TERRENO_BLOB_DIR restored with the database?", "file", f.Blob)
		return nil, httpx.Problem(http.StatusNotFound, "file_lost", "The bytes of this file are missing. Tell whoever runs the installation.")
	}
	if err != nil {
		return nil, httpx.Unavailable(err)
	}
	return httpx.Send(c), nil
}
