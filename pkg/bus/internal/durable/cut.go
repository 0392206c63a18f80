package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// CutKey is the name under which the durable's metadata records that its stream lost its end.
const CutKey = "terreno.cut"

// Cut says how often, and where, a stream lost its end after the durable's owner had applied it. The sequences are used
// again. The stream may have lost more: messages that nobody had applied yet.
type Cut struct {
	// Messages of all losses.
	Messages uint64 `json:"messages"`
	// Last is the newest loss, and At is when it was noticed.
	Last Range     `json:"last"`
	At   time.Time `json:"at"`
}

// ReadCut reads what a durable's metadata says.
func ReadCut(metadata map[string]string) (c Cut, err error) {
	if text := metadata[CutKey]; text != "" {
		err = json.Unmarshal([]byte(text), &c)
	}
	return c, err
}

// RecordCut writes into the durable's metadata that the stream lost messages which were applied. It also counts and logs
// them. If the process ends before it has moved its frontier, the next process calls RecordCut again for the same loss.
func (d *Durable) RecordCut(ctx context.Context, r Range) error {
	known := false
	err := d.updateMetadata(ctx, func(metadata map[string]string) {
		cut, err := ReadCut(metadata)
		if err != nil {
			d.Log.Warn("what the stream lost before cannot be read", "error", err)
			cut = Cut{}
		}
		if known = cut.Last == r; known {
			return
		}
		cut = Cut{Messages: cut.Messages + r.Messages(), Last: r, At: time.Now().UTC().Truncate(time.Second)}
		text, _ := json.Marshal(cut)
		metadata[CutKey] = string(text)
	})
	if err != nil {
		return fmt.Errorf("record that the stream lost its end: %w", err)
	}
	if !known {
		d.NoteCut(d.Stream, r.From, r.To)
	}
	return nil
}
