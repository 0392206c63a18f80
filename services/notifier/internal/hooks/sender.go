package hooks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/terreno/terreno/pkg/retry"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	// callTimeout is the time for a call from the name's resolution to the end of the answer.
	callTimeout = 10 * time.Second
	// readLimit is how much of an answer is read, header and body each. The status is all that counts.
	readLimit = 64 << 10
)

// SenderOptions say how calls leave the installation.
type SenderOptions struct {
	Rules webhook.Rules
	// Resolver and Roots are those of the machine when nil. Timeout is 10 s when zero.
	Resolver *net.Resolver
	Roots    *x509.CertPool
	Timeout  time.Duration
}

// Sender makes calls. It is safe for concurrent use.
type Sender struct {
	client    *http.Client
	transport *http.Transport
	timeout   time.Duration
	http      bool
}

// NewSender makes a sender.
func NewSender(o SenderOptions) *Sender {
	if o.Timeout == 0 {
		o.Timeout = callTimeout
	}
	dialer := &net.Dialer{
		Timeout: o.Timeout, Resolver: o.Resolver,
		// The address is judged when it is connected to, after the name was resolved: a name that means a public address when it is asked
		// for and a private one a moment later gains nothing.
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return webhook.Judge(at.Addr(), o.Rules.Allowed)
		},
	}
	transport := &http.Transport{
		// A proxy would make the connection in our place, and nobody would judge the address.
		Proxy:               nil,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        hands,
		MaxIdleConnsPerHost: handsOfWebhook,
		IdleConnTimeout:     30 * time.Second,
		// A small answer that unpacks to a huge one stays small.
		DisableCompression:     true,
		MaxResponseHeaderBytes: readLimit,
	}
	return &Sender{
		transport: transport, timeout: o.Timeout, http: o.Rules.HTTP,
		client: &http.Client{
			// JetStream is the one retry layer: here nothing is tried twice.
			Transport:     retry.New(transport, retry.WithRetries(0)),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close closes the connections that nobody uses.
func (s *Sender) Close() { s.transport.CloseIdleConnections() }

// answer is what came of a call.
type answer struct {
	status int
	took   time.Duration
	// reason is empty when the call worked.
	reason string
	// wait is what the server asked for.
	wait time.Duration
	// final says that no retry can help.
	final bool
}

// send makes one call. The error is that of ctx; whatever else goes wrong is in the answer.
func (s *Sender) send(ctx context.Context, url, event, id string, body []byte, secrets ...string) (a answer, err error) {
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	began := time.Now()
	defer func() { a.took = time.Since(began) }()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return answer{reason: webhook.ReasonNetwork, final: true}, nil
	}
	// What may be sent in the clear was decided when the webhook was written, and perhaps otherwise since.
	if req.URL.Scheme != "https" && !s.http {
		return answer{reason: webhook.ReasonAddress, final: true}, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Terreno-Webhook/1")
	req.Header.Set(webhook.HeaderSignature, webhook.Sign(time.Now(), body, secrets...))
	req.Header.Set(webhook.HeaderDelivery, id)
	req.Header.Set(webhook.HeaderEvent, event)
	resp, err := s.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return failure(err), nil
	}
	defer func() { _ = resp.Body.Close() }()
	a = answer{status: resp.StatusCode, wait: retry.After(resp.Header)}
	switch {
	case a.status >= 200 && a.status < 300:
		// What comes after the status changes nothing. A short rest is read so that the connection can be used again.
		_, _ = io.CopyN(io.Discard, resp.Body, readLimit)
	case a.status >= 300 && a.status < 400:
		a.reason = webhook.ReasonRedirect
	default:
		// 410 says that nobody is there any more, and means it.
		a.reason, a.final = "http_"+strconv.Itoa(a.status), a.status == http.StatusGone
	}
	return a, nil
}

// failure says why there was no answer.
func failure(err error) answer {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, webhook.ErrAddress):
		return answer{reason: webhook.ReasonAddress, final: true}
	case untrusted:
		return answer{reason: webhook.ReasonTLS}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return answer{reason: webhook.ReasonTimeout}
	default:
		return answer{reason: webhook.ReasonNetwork}
	}
}
