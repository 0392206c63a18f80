package httpx

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/terreno/terreno/pkg/instant"
)

// huma writes its messages for people who write schemas. These messages are for people who write a client, or who read what
// a client shows. They are set in huma's own variables, which huma reads when an operation is registered.
func init() {
	validation.MsgExpectedRFC3339DateTime = instant.Wanted
	validation.MsgExpectedRFC3339Date = "must be a date such as 2026-03-08"
	validation.MsgExpectedBoolean = "must be true or false"
	validation.MsgExpectedNumber = "must be a number"
	validation.MsgExpectedInteger = "must be a whole number"
	validation.MsgExpectedString = "must be text"
	validation.MsgExpectedArray = "must be a list"
	validation.MsgExpectedObject = "must be an object"
	validation.MsgExpectedArrayItemsUnique = "must not hold anything twice"
	validation.MsgExpectedOneOf = `must be one of "%s"`
	validation.MsgExpectedMinimumNumber = "must be at least %v"
	validation.MsgExpectedExclusiveMinimumNumber = "must be more than %v"
	validation.MsgExpectedMaximumNumber = "must be at most %v"
	validation.MsgExpectedExclusiveMaximumNumber = "must be less than %v"
	validation.MsgExpectedMinLength = "must be %d or more characters long"
	validation.MsgExpectedMaxLength = "must have at most %d characters"
	validation.MsgExpectedMinItems = "must hold %d or more items"
	validation.MsgExpectedMaxItems = "must hold at most %d items"
	validation.MsgExpectedBePattern = "must be %s"
	validation.MsgExpectedMatchPattern = "must match the pattern %s"
	validation.MsgExpectedRequiredProperty = "the member %s is missing"
}

// fieldError rewrites the messages that huma does not keep in variables, so that they help. It leaves out the value, because
// the value would send the client's own body, or a password, back to the client and into its logs.
func fieldError(d *huma.ErrorDetail) FieldError {
	message := d.Message
	value, _ := d.Value.(string)
	switch {
	case strings.HasPrefix(message, "invalid date/time"):
		message = wrongInstant(value)
	case message == "invalid integer":
		message = "must be a whole number"
	case message == "invalid float", message == "invalid floating value":
		message = "must be a number"
	case message == "invalid boolean":
		message = "must be true or false"
	case strings.HasPrefix(message, "required ") && strings.HasSuffix(message, " parameter is missing"):
		message = "is missing"
	}
	return FieldError{d.Location, message}
}
