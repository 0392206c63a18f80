package store

import "errors"

// errNone says that there is no row.
var errNone = errors.New("there is none")

// What the store refuses.
var (
	ErrNoConversation   = errors.New("there is no such conversation among those of the user")
	ErrNoMessage        = errors.New("the user sees no such message in the conversation")
	ErrNoUser           = errors.New("there is no such active user")
	ErrNoPerson         = errors.New("nobody has, or had, this id")
	ErrNoVisit          = errors.New("there is no such visit among those that the user may see")
	ErrNoTeam           = errors.New("there is no such team of the user")
	ErrMayNotTalk       = errors.New("the company lets these two not talk")
	ErrOtherInactive    = errors.New("the other one of a private conversation is deactivated")
	ErrReadOnly         = errors.New("the user may read the conversation, and not write")
	ErrForbidden        = errors.New("the user's role may not do this")
	ErrAlone            = errors.New("nobody talks alone")
	ErrNotAPair         = errors.New("a private conversation is of two people")
	ErrTooManyMembers   = errors.New("too many members")
	ErrClientID         = errors.New("the sender used this key for another message of the conversation")
	ErrTooShort         = errors.New("the words of a search stand in most messages")
	ErrReply            = errors.New("the user sees no message that is answered")
	ErrMention          = errors.New("somebody is mentioned who is not in the conversation")
	ErrNoFile           = errors.New("there is no such file of the user, or a message shows it already")
	ErrTooLate          = errors.New("it is too late to change the message")
	ErrNotEditable      = errors.New("this message cannot be changed")
	ErrReceiptAhead     = errors.New("the receipt is of a message that does not exist")
	ErrNotAMemberKind   = errors.New("the people of this conversation are not chosen")
	ErrPrivate          = errors.New("a private conversation is of its two people, for good")
	ErrNoMember         = errors.New("there is no such member of the group")
	ErrLastOwner        = errors.New("a group needs an owner")
	ErrNoTitle          = errors.New("this conversation has no title of its own")
	ErrAuditingOff      = errors.New("the company has not turned auditing on")
	ErrVersion          = errors.New("somebody changed it meanwhile")
	ErrNoSuchFile       = errors.New("the user may read no such file in the conversation")
	ErrTooManyFiles     = errors.New("too many files of the user wait for messages")
	ErrFileRoom         = errors.New("the files of the company have no more room")
	ErrTooManyOfTheUser = errors.New("the user is in too many conversations")
)

// UnknownError is Err, ErrNoUser or ErrMention, of the one of many ids.
type UnknownError struct {
	Err error
	ID  string
}

func (e *UnknownError) Error() string { return e.Err.Error() }

func (e *UnknownError) Unwrap() error { return e.Err }
