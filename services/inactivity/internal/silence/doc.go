// Package silence decides who went silent, when that is our own fault, and when a silence is over. It does no I/O: the store
// reads what it judges, and counts as Count does.
//
// The contact of a person is when we received the last of its positions. Its silence counts from its base: the latest of the
// contact, the beginning of the work that lasts, the end of a silence that the company shared, and the end of a time in which nobody
// was looking. A person is silent once as much time as the setting allows has passed from the base to the moment up to which our storage
// is known to be complete (Moment.Judged). So what is not stored yet blames nobody.
//
// When most people fall silent together, that is no fault of theirs. Reporting are the expected people with a contact in the last
// hour and a setting's time before it; quiet are those of them without one for half of the setting's time. A company shares a silence
// when at least MinQuiet of its people are quiet, and more than half of those who were reporting. Exactly half is not shared: then
// each person is judged alone. The installation shares a silence when at least MinQuietAll are quiet in MinCompanies companies or
// more, and again more than half. While it is shared nobody becomes silent whose base is not older than Reach before it began. When
// it ends, whoever is still quiet counts anew.
package silence
