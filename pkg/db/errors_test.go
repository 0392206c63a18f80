package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func TestErrorsOfAnAbsentDatabase(t *testing.T) {
	t.Parallel()
	code := func(c pqerror.Code) error { return fmt.Errorf("statement: %w", &pq.Error{Code: c}) }
	for _, err := range []error{
		code("57P01"), code("57P02"), code("57P03"), code("53300"), code("53100"), code("08006"), code("08P01"), code("25006"),
		fmt.Errorf("commit: %w", driver.ErrBadConn), syscall.ECONNREFUSED, syscall.ECONNRESET,
		&net.OpError{Op: "dial", Err: errors.New("no such file")},
		unavailable(context.Background(), io.EOF), unavailable(context.Background(), context.DeadlineExceeded),
	} {
		if !IsUnavailable(err) || IsDataError(err) {
			t.Errorf("IsUnavailable(%v) is false", err)
		}
	}
	for _, err := range []error{
		code("57014"), code("42P01"), code("40001"), code("23505"), code("22P02"), io.EOF,
		unavailable(context.Background(), context.Canceled), fmt.Errorf("%w: %w", context.Canceled, driver.ErrBadConn),
	} {
		if IsUnavailable(err) {
			t.Errorf("IsUnavailable(%v) is true", err)
		}
	}
}
