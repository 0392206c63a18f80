package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

type dlqConfig struct {
	NATSURL string `env:"NATS_URL" secret:"true" help:"NATS as an administrator; empty means the terreno that runs on TERRENO_DATA"`
	Data    string `env:"DATA" default:".data" help:"data folder of a running terreno"`
}

func runDLQ(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno dlq", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	var c dlqConfig
	if _, err := config.Load(&c, t.Environ); err != nil {
		return fmt.Errorf("read the configuration:\n%w", err)
	}
	// An address of NATS has a password: it is not a flag, because other users of the machine can read a command line.
	data := flags.String("data", "", "data folder of a running terreno; TERRENO_DATA and TERRENO_NATS_URL do not count then")
	words, err := wordsOf(flags, args)
	if err != nil {
		return errUsage
	}
	if *data != "" {
		c.Data, c.NATSURL = *data, ""
	}
	verb, seq, err := dlqWords(words)
	if err != nil {
		_, _ = fmt.Fprintf(t.Err, "terreno dlq: %v\n", err)
		return usage(t)
	}
	if c.NATSURL == "" {
		running, err := datadir.ReadRunning(c.Data)
		if err != nil {
			return fmt.Errorf("%w\nname the server in TERRENO_NATS_URL", err)
		}
		c.NATSURL = running.NATS
	}
	b, err := bus.Connect(c.NATSURL, bus.Admin, bus.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer b.Close()
	if verb == "seen" {
		return markSeen(ctx, t, b, words[1])
	}
	if err := dlq(ctx, t, admin.NewDeadLetters(b), verb, seq); err != nil || verb != "list" {
		return err
	}
	return listLost(ctx, t, b)
}

// wordsOf parses flags that may stand before, between and after the words of a command, and returns the words.
func wordsOf(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
}

func dlqWords(args []string) (verb string, seq uint64, err error) {
	if len(args) == 1 && args[0] == "list" {
		return "list", 0, nil
	}
	if len(args) == 2 && args[0] == "seen" {
		return "seen", 0, nil
	}
	if len(args) != 2 || !slices.Contains([]string{"show", "replay", "drop"}, args[0]) {
		return "", 0, errors.New("write list; or show, replay or drop with the letter's number; or seen with the name of a durable that lost messages")
	}
	if seq, err = strconv.ParseUint(args[1], 10, 64); err != nil {
		return "", 0, fmt.Errorf("%q is not a letter's number: `terreno dlq list` shows them", args[1])
	}
	return args[0], seq, nil
}

func dlq(ctx context.Context, t Terminal, letters *admin.DeadLetters, verb string, seq uint64) error {
	switch verb {
	case "list":
		return dlqList(ctx, t, letters)
	case "show":
		letter, err := letters.Show(ctx, seq)
		if err != nil {
			return err
		}
		return dlqShow(t, letter)
	case "replay":
		ack, err := letters.Replay(ctx, seq)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(t.Out, "published again as %s %d; the letter is gone\n", ack.Stream, ack.Seq)
		return nil
	default:
		if err := letters.Drop(ctx, seq); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(t.Out, "letter %d is gone\n", seq)
		return nil
	}
}

// dlqPage is how many letters one request reads; the list itself goes on to the end.
const dlqPage = 100

func dlqList(ctx context.Context, t Terminal, letters *admin.DeadLetters) error {
	table := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	total := 0
	for after := uint64(0); ; {
		page, err := letters.List(ctx, after, dlqPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		if total == 0 {
			_, _ = fmt.Fprintln(table, "NUMBER\tGIVEN UP\tBY\tSUBJECT\tATTEMPTS\tREASON")
		}
		for _, l := range page {
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%s\n", l.Seq, l.At.Format(time.RFC3339), l.Durable, l.OriginalSubject, l.Attempts, l.Reason)
		}
		total += len(page)
		after = page[len(page)-1].Seq
	}
	if total == 0 {
		_, _ = fmt.Fprintln(t.Out, "no dead letters")
		return nil
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	return nil
}

// listLost prints what streams lost. There is nothing to replay of that.
func listLost(ctx context.Context, t Terminal, b *bus.Bus) error {
	all, err := admin.ListLost(ctx, b, stream.Table())
	if err != nil {
		return err
	}
	return printLost(t, all)
}

// markSeen records that the operator knows what a durable lost, so that `terreno doctor` warns of new losses only.
func markSeen(ctx context.Context, t Terminal, b *bus.Bus, durable string) error {
	lost, err := admin.MarkSeen(ctx, b, stream.Table(), durable)
	if errors.Is(err, admin.ErrUnknownDurable) {
		return fmt.Errorf("%w: `terreno dlq list` names those that lost messages", err)
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(t.Out, "%d lost messages of %s for %s are known; terreno doctor warns when more are lost\n", lost.Seen.Messages, lost.Stream, durable)
	return nil
}

func printLost(t Terminal, all []admin.Lost) error {
	table := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	heading := "\nlost: the stream dropped these before the durable was given them\nSTREAM\tDURABLE\tMESSAGES\tSEEN\tSEQUENCES"
	for _, l := range all {
		if l.Messages == 0 {
			continue
		}
		ranges := make([]string, len(l.Ranges))
		for i, r := range l.Ranges {
			ranges[i] = fmt.Sprintf("%d-%d", r.From, r.To)
		}
		row(table, &heading, "%s\t%s\t%d\t%s\t%s\n", l.Stream, l.Durable, l.Messages, seen(l), strings.Join(ranges, " "))
	}
	if err := flush(table); err != nil {
		return err
	}
	heading = "\nlost: the stream's end, to a power cut or a damaged disk, also messages that nobody had read yet\n" +
		"STREAM\tNOTICED BY\tAT LEAST\tSEEN\tLAST LOSS\tSEQUENCES THEN"
	for _, l := range all {
		if l.Cut.Messages > 0 {
			row(table, &heading, "%s\t%s\t%d\t%s\t%s\t%d-%d\n",
				l.Stream, l.Durable, l.Cut.Messages, seen(l), l.Cut.At.Format(time.RFC3339), l.Cut.Last.From, l.Cut.Last.To)
		}
	}
	return flush(table)
}

// seen says whether an operator knows of a loss.
func seen(l admin.Lost) string {
	if l.Unseen() > 0 {
		return "no"
	}
	return l.Seen.At.Format(time.RFC3339)
}

// row prints a row of a table, and before the first row its heading.
func row(table io.Writer, heading *string, format string, cells ...any) {
	if *heading != "" {
		_, _ = fmt.Fprintln(table, *heading)
		*heading = ""
	}
	_, _ = fmt.Fprintf(table, format, cells...)
}

func dlqShow(t Terminal, l admin.DeadLetter) error {
	_, err := fmt.Fprintf(t.Out, "number    %d\nsubject   %s\nstream    %s %d, stored %s\ngiven up  %s by %s after %d attempts\nreason    %s\n",
		l.Seq, l.OriginalSubject, l.Stream, l.OriginalSeq, l.StoredAt.Format(time.RFC3339), l.At.Format(time.RFC3339), l.Durable, l.Attempts, l.Reason)
	if err != nil {
		return fmt.Errorf("print the letter: %w", err)
	}
	for name, values := range l.Header {
		_, _ = fmt.Fprintf(t.Out, "header    %s: %q\n", name, values)
	}
	if utf8.Valid(l.Data) {
		_, _ = fmt.Fprintf(t.Out, "body      %s\n", l.Data)
	} else {
		_, _ = fmt.Fprintf(t.Out, "body      %d bytes: %x\n", len(l.Data), l.Data)
	}
	return nil
}
