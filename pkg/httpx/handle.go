package httpx

import (
	"context"
	"errors"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
)

// Operation is what a client may ask for at one address.
type Operation struct {
	Method, Path string
	// ID names the operation in the description and in generated clients, for example list-zones.
	ID                   string
	Summary, Description string
	Tags                 []string
	// Security is Public() or Roles(...); registering an operation without it panics.
	Security []map[string][]string
	// Class is the class whose places its requests share. When it is empty, operations that anybody may call are in
	// ClassPublic, GET and HEAD are in ClassReads, and all others are in ClassWrites.
	Class Class
	// MaxBodyBytes is DefaultMaxBodyBytes when zero.
	MaxBodyBytes int64
	// Status is the status of an answer without a Status field. When it is zero, huma chooses 200, or 204 without a body.
	Status int
	// Refuse turns the errors of the handler into problems. It is the Problem method of a Refusals, or a function around it.
	// An error that it returns unchanged is mapped like any other error. A nil Refuse changes no error.
	Refuse func(error) error
	// RawBody is for a handler that reads the body itself, as the RawBody []byte of its input. Its value has the type that
	// describes the body to clients. huma then neither validates nor requires a body.
	RawBody any
	// RawTypes are the media types, other than JSON, that the handler of a RawBody reads too. Each has a sentence that says
	// what such a body is.
	RawTypes map[string]string
	// StreamTypes are the media types of a file that the handler reads while it arrives (StreamedBody), of at most MaxBodyBytes. Each
	// has a sentence that says what it is. The operation is in ClassFiles, whatever Class says, and its input has no body.
	StreamTypes map[string]string
}

// Refusal is one row of a table. It maps an error that a handler returns to what the client reads.
type Refusal struct {
	Err          error
	Status       int
	Code, Detail string
}

// Refusals is the table. The first row whose Err matches the error applies.
type Refusals []Refusal

// Problem returns the problem for an error, or the error itself when no row matches.
func (rs Refusals) Problem(err error) error {
	for _, r := range rs {
		if errors.Is(err, r.Err) {
			return Problem(r.Status, r.Code, r.Detail)
		}
	}
	return err
}

// Handle adds an operation to an API. The handler gets the claims of the token. A public operation has no token, and its
// handler gets the zero Claims. I and O are huma's: I is a struct of parameters and Body, and O is a struct of headers,
// Status and Body.
func Handle[I, O any](a *API, op Operation, fn func(ctx context.Context, who auth.Claims, in *I) (*O, error)) {
	public := op.Security != nil && len(op.Security) == 0
	huma.Register(a.Huma, op.forHuma(), func(ctx context.Context, in *I) (*O, error) {
		who, ok := auth.FromContext(ctx)
		if !ok && !public {
			return nil, errors.New("a request without claims")
		}
		out, err := fn(ctx, who, in)
		if err != nil && op.Refuse != nil {
			err = op.Refuse(err)
		}
		if err != nil {
			return nil, err
		}
		return out, nil
	})
	if op.RawBody != nil {
		describe(a.OpenAPI(), op)
	}
	if op.StreamTypes != nil {
		content := map[string]*huma.MediaType{}
		for name, what := range op.StreamTypes {
			content[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary", Description: what}}
		}
		(*operations(a.OpenAPI().Paths[op.Path])[op.Method]).RequestBody = &huma.RequestBody{Content: content, Required: true}
	}
}

func (op Operation) forHuma() huma.Operation {
	if op.StreamTypes != nil {
		op.Class = ClassFiles
		if op.MaxBodyBytes <= 0 {
			op.MaxBodyBytes = DefaultMaxBodyBytes
		}
	}
	return huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description, Tags: op.Tags,
		Security: op.Security, MaxBodyBytes: op.MaxBodyBytes, DefaultStatus: op.Status, SkipValidateBody: op.RawBody != nil,
		Metadata: map[string]any{classKey: op.Class, rawKey: op.RawBody != nil, streamKey: op.StreamTypes != nil},
	}
}

// describe gives a raw body its schema. It does not mark the body as required, because huma would then refuse an empty body
// itself.
func describe(doc *huma.OpenAPI, op Operation) {
	body := (*operations(doc.Paths[op.Path])[op.Method]).RequestBody
	body.Content["application/json"].Schema = doc.Components.Schemas.Schema(reflect.TypeOf(op.RawBody), true, "")
	for name, what := range op.RawTypes {
		body.Content[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary", Description: what}}
	}
	body.Required = false
}
