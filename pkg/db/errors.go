package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"syscall"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// unavailableError marks an error as a failure of the database itself, whatever its cause.
type unavailableError struct{ err error }

func (e *unavailableError) Error() string { return e.err.Error() }
func (e *unavailableError) Unwrap() error { return e.err }

// unavailable marks an error in beginning a transaction: no message is to blame for it. It does not mark the cancellation
// by this process. A deadline that passed while the call waited for a connection counts as the database's failure.
func unavailable(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	return &unavailableError{err}
}

// IsUnavailable says that the database is away, starting, full or refuses connections. The same call will work later, so
// the caller should wait and count no attempt. It knows the errors of this package and of lib/pq. A bare io.EOF is not
// among them: any reader of bytes may return it, and lib/pq does not.
func IsUnavailable(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	if _, ok := errors.AsType[*unavailableError](err); ok {
		return true
	}
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return isUnavailableCode(pe.Code)
	}
	return isConnectionError(err)
}

func isUnavailableCode(code pqerror.Code) bool {
	switch code.Class() {
	case "08", // connection exceptions
		"53", // disk full, out of memory, too many connections
		"58": // I/O errors of the server's
		return true
	}
	return slices.Contains([]pqerror.Code{
		pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow,
		pqerror.ReadOnlySQLTransaction, // a primary that became a standby
	}, code)
}

func isConnectionError(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return slices.ContainsFunc([]error{
		driver.ErrBadConn, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	}, func(target error) bool { return errors.Is(err, target) })
}

// MayPass says that the same call may work later although nobody changes the data. The database is unavailable, out of
// time or out of disk, a permission is missing that somebody can grant, or the database had to end this transaction in
// favour of another. A consumer waits after such an error and counts no attempt. Any other error counts as an attempt.
func MayPass(err error) bool {
	if IsUnavailable(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	pe, ok := errors.AsType[*pq.Error](err)
	return Yielded(err) || ok && !isPolicyViolation(pe) && slices.Contains([]pqerror.Code{
		pqerror.QueryCanceled, pqerror.InsufficientPrivilege, pqerror.LockNotAvailable,
	}, pe.Code)
}

// Yielded says that the database ended this transaction in favour of another, for example because each waited for a row of the other.
// The same call works when it is repeated.
func Yielded(err error) bool {
	pe, ok := errors.AsType[*pq.Error](err)
	return ok && (pe.Code == pqerror.TRSerializationFailure || pe.Code == pqerror.TRDeadlockDetected)
}

// isPolicyViolation says that row-level security refused a row that was written, because it is another company's. PostgreSQL
// gives this the code of a missing permission, but the data are at fault. Routine is the same in every language.
func isPolicyViolation(pe *pq.Error) bool {
	return pe.Code == pqerror.InsufficientPrivilege && pe.Routine == "ExecWithCheckOptions"
}

// IsDataError says that the database looked at the data and refused them, and would refuse them again. It covers bad
// values (22), constraints (23), a statement that meets one row twice (21), and values too large for an index or a row
// (54).
func IsDataError(err error) bool {
	pe, ok := errors.AsType[*pq.Error](err)
	return ok && slices.Contains([]pqerror.Class{"21", "22", "23", "54"}, pe.Code.Class())
}
