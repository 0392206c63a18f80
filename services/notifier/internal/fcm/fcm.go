// Package fcm sends pushes to devices through Firebase Cloud Messaging, version 1 of its HTTP interface, with go-fcm.
//
// Send makes one request, and never a second: whether and when to try again is decided by the caller, who gets a SendError that says
// what kind of failure it is and how long FCM wants to be left alone. The retries of the SDK under go-fcm are switched off, by showing
// it neither a failure of the network nor a 503 (once.go). All sends share one set of HTTP/2 connections and one access token.
//
// Beyond the goroutines of its connections, which Close ends, the package starts one while it gets an access token, which ends with the
// timeout of that request. It keeps nothing about devices, and logs nothing.
package fcm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	gofcm "github.com/appleboy/go-fcm"
	"google.golang.org/api/option"

	"github.com/terreno/terreno/pkg/retry"
)

// DefaultTimeout is how long one send may take.
const DefaultTimeout = 5 * time.Second

// maxConnections bounds a burst on cold connections: without it, every send would open a connection of its own.
const maxConnections = 4

// Config says as whom to send, and where.
type Config struct {
	// Credentials is the path of a service account's key, a JSON file.
	Credentials string
	// Endpoint replaces https://fcm.googleapis.com, for a fake or a proxy.
	Endpoint string
	// CA is the path of a PEM file with a certificate authority to trust in addition to the system's.
	CA string
	// Timeout of one send; 0 for DefaultTimeout.
	Timeout time.Duration
}

// Client sends pushes. It is safe for concurrent use.
type Client struct {
	fcm     *gofcm.Client
	base    *http.Transport
	timeout time.Duration
}

// New reads the credentials. It asks nothing of the network. Its errors name the file and say what is wrong with it.
func New(ctx context.Context, c Config) (*Client, error) {
	account, err := readAccount(c.Credentials)
	if err != nil {
		return nil, err
	}
	base, err := transport(c.CA)
	if err != nil {
		return nil, err
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	// A POST is sent once by pkg/retry. Both requests are POSTs.
	through := retry.New(base, retry.WithRetries(0))
	to := &once{next: through, tokens: newTokens(c.Credentials, account, &http.Client{Transport: through, Timeout: timeout})}
	client, err := newSDK(ctx, account.project, c.Endpoint, to)
	if err != nil {
		return nil, err
	}
	return &Client{fcm: client, base: base, timeout: timeout}, nil
}

func newSDK(ctx context.Context, project, endpoint string, through http.RoundTripper) (*gofcm.Client, error) {
	options := []gofcm.Option{
		gofcm.WithProjectID(project),
		gofcm.WithCustomClientOption(option.WithHTTPClient(&http.Client{Transport: through, CheckRedirect: stay})),
	}
	if endpoint != "" {
		options = append(options, gofcm.WithEndpoint(strings.TrimSuffix(endpoint, "/")+"/v1"))
	}
	client, err := gofcm.NewClient(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("make the client of FCM: %w", err)
	}
	return client, nil
}

// stay follows no redirect: it would be a second request.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close ends the connections that nobody uses.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// Send sends one push, and returns FCM's name of the message, or what kind of failure it was. When ctx ended, the failure says nothing
// about the push.
func (c *Client) Send(ctx context.Context, p Push) (id string, failure *SendError) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ctx, seen := watched(ctx)
	answer, err := c.fcm.Send(ctx, p.message())
	if err == nil && len(answer.Responses) != 1 {
		err = fmt.Errorf("%d answers for one push", len(answer.Responses))
	}
	if err != nil { // The SDK found fault with the message before it sent it.
		if seen.asked {
			return "", &SendError{Kind: Unavailable, Code: CodeNetwork, Err: err}
		}
		return "", &SendError{Kind: Permanent, Code: CodeInvalid, Err: err}
	}
	one := answer.Responses[0]
	if one.Error == nil && one.MessageID != "" {
		return excerpt(one.MessageID), nil
	}
	failure = classify(one.Error, seen)
	text := failure.Err.Error()
	if len(p.Token) > 8 { // Shorter ones are none that Firebase gave out, and may be part of any text.
		text = strings.ReplaceAll(text, p.Token, "(the token)")
	}
	failure.Err = errors.New(excerpt(text))
	return "", failure
}

// transport makes connections that speak HTTP/2, notice within seconds that the other side is gone, and are few.
func transport(ca string) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: 3 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     maxConnections,
		MaxIdleConnsPerHost: maxConnections,
		IdleConnTimeout:     90 * time.Second,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second},
	}
	if ca == "" {
		return t, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("TERRENO_FCM_CA: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("TERRENO_FCM_CA=%s: %w", ca, errors.New("the file has no certificate in PEM"))
	}
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return t, nil
}
