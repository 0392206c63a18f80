package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/client"
)

// job and jobRun have the form of identity's responses.
type job struct {
	Name, Service, About, At string
	EveryS                   int64      `json:"every_s"`
	NextDueAt                *time.Time `json:"next_due_at"`
	Last                     *jobRun    `json:"last_run"`
}

type jobRun struct {
	Job, Company, Slot, State, Error string
	DueAt                            time.Time `json:"due_at"`
	Late                             bool
	Missed, Attempts                 int
	StartedAt                        *time.Time `json:"started_at"`
	FinishedAt                       *time.Time `json:"finished_at"`
	RequestedBy                      string     `json:"requested_by"`
}

// jobsCall holds the parsed arguments.
type jobsCall struct {
	verb, job, company, date, state string
	limit                           int
}

func runJobs(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno jobs", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	var a client.Account
	find := accountFlags(flags, &a)
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	call, err := parseJobsCall(t, flags)
	if err != nil {
		_, _ = fmt.Fprintf(t.Err, "terreno jobs: %v\n", err)
		return usage(t)
	}
	if err := find(); err != nil {
		return err
	}
	s, err := client.Open(ctx, a)
	if err != nil {
		return fmt.Errorf("%w\nset -login and -password to log in as another user, and -company before the verb", err)
	}
	switch call.verb {
	case "list":
		return jobsList(ctx, t, s)
	case "runs":
		return jobsRuns(ctx, t, s, call)
	default:
		return jobsRun(ctx, t, s, call)
	}
}

// parseJobsCall reads the verb, the job and the flags of the verb. The flags may come before or after the job. The flags of
// the account are allowed there too, but for -company of the verbs that have a -company of their own.
func parseJobsCall(t Terminal, account *flag.FlagSet) (c jobsCall, err error) {
	args := account.Args()
	if len(args) == 0 {
		return jobsCall{verb: "list"}, nil
	}
	c.verb = args[0]
	flags := flag.NewFlagSet("terreno jobs "+c.verb, flag.ContinueOnError)
	flags.SetOutput(t.Err)
	switch c.verb {
	case "list":
	case "runs":
		flags.StringVar(&c.company, "company", "", "show the runs for this company; only for platform admins")
		flags.StringVar(&c.state, "state", "", "show runs in this state: due, running, done, failed or skipped")
		flags.IntVar(&c.limit, "limit", 20, "how many runs to show, up to 1000")
	case "run":
		flags.StringVar(&c.company, "company", "", "company to run the job for; only for platform admins")
		flags.StringVar(&c.date, "date", "", "date of a daily job, 2026-03-08 (default: the latest date that is due)")
	default:
		return c, fmt.Errorf("unknown verb %q: write list, runs or run", c.verb)
	}
	account.VisitAll(func(f *flag.Flag) {
		if flags.Lookup(f.Name) == nil {
			flags.Var(f.Value, f.Name, f.Usage)
		}
	})
	rest, err := wordsOf(flags, args[1:])
	if err != nil {
		return c, err
	}
	if len(rest) > 0 && c.verb != "list" {
		c.job, rest = rest[0], rest[1:]
	}
	switch {
	case len(rest) > 0:
		return c, fmt.Errorf("unexpected arguments %q", rest)
	case c.verb != "list" && c.job == "":
		return c, errors.New("name a job: `terreno jobs` lists them")
	}
	return c, nil
}

func jobsList(ctx context.Context, t Terminal, s *client.Session) error {
	var list struct{ Jobs []job }
	if err := s.Do(ctx, http.MethodGet, "/v1/jobs", nil, nil, &list); err != nil {
		return fmt.Errorf("list jobs: %w", err)
	}
	if len(list.Jobs) == 0 {
		_, _ = fmt.Fprintln(t.Out, "no jobs: a service registers its jobs when it starts for the first time")
		return nil
	}
	table := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "JOB\tSERVICE\tWHEN\tNEXT DUE\tLAST SLOT\tSTATE\tABOUT")
	for _, j := range list.Jobs {
		when := "daily at " + j.At
		if j.EveryS > 0 {
			when = "every " + (time.Duration(j.EveryS) * time.Second).String()
		}
		slot, state := "-", "-"
		if j.Last != nil {
			slot, state = j.Last.Slot, j.Last.State
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", j.Name, j.Service, when, moment(j.NextDueAt), slot, state, oneLine(j.About))
	}
	return flush(table)
}

func jobsRuns(ctx context.Context, t Terminal, s *client.Session, c jobsCall) error {
	query := url.Values{"limit": {strconv.Itoa(c.limit)}}
	for name, value := range map[string]string{"company": c.company, "state": c.state} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var list struct {
		Runs []jobRun
		Next string
	}
	if err := s.Do(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(c.job)+"/runs?"+query.Encode(), nil, nil, &list); err != nil {
		return fmt.Errorf("list runs of %s: %w", c.job, err)
	}
	if len(list.Runs) == 0 {
		_, _ = fmt.Fprintln(t.Out, "no runs")
		return nil
	}
	table := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "SLOT\tCOMPANY\tSTATE\tDUE\tSTARTED\tENDED\tATTEMPTS\tNOTES")
	for _, r := range list.Runs {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", r.Slot, cmp.Or(r.Company, "*"), r.State, moment(&r.DueAt),
			moment(r.StartedAt), moment(r.FinishedAt), r.Attempts, r.notes())
	}
	if list.Next != "" {
		_, _ = fmt.Fprintln(table, "...\tthere are more: raise -limit")
	}
	return flush(table)
}

// notes returns everything about a run that differs from a normal run.
func (r jobRun) notes() string {
	var all []string
	if r.Late {
		all = append(all, "late")
	}
	if r.Missed > 0 {
		all = append(all, fmt.Sprintf("%d earlier runs missed", r.Missed))
	}
	if r.RequestedBy != "" {
		all = append(all, "requested by "+oneLine(r.RequestedBy))
	}
	if r.Error != "" {
		all = append(all, oneLine(r.Error))
	}
	return strings.Join(all, "; ")
}

func jobsRun(ctx context.Context, t Terminal, s *client.Session, c jobsCall) error {
	in := map[string]string{}
	for name, value := range map[string]string{"company": c.company, "date": c.date} {
		if value != "" {
			in[name] = value
		}
	}
	var r jobRun
	header := http.Header{"Idempotency-Key": {rand.Text()}}
	if err := s.Do(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(c.job)+"/run", header, in, &r); err != nil {
		return fmt.Errorf("run %s: %w", c.job, err)
	}
	_, _ = fmt.Fprintf(t.Out, "%s will run for %s, slot %s; `terreno jobs runs %s` shows the result\n",
		c.job, cmp.Or(r.Company, "all companies"), r.Slot, c.job)
	return nil
}

// moment formats an instant for a table, in UTC.
func moment(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return at.UTC().Format("2006-01-02 15:04:05Z")
}

// oneLine replaces control characters with spaces. They could break the table or control the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

func flush(table *tabwriter.Writer) error {
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	return nil
}
