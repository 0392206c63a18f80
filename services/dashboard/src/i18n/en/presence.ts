export const presence = {
  online: 'Connected now', offline: 'Not connected', seen: 'Not connected, last {{age}} ago', justNow: 'Not connected since a moment ago', hidden: 'Outside their shift it is not shown whether they are connected',
  only_one: '{{count}} person connected now: show only this one', only_other: '{{count}} people connected now: show only them',
  help: 'Connection',
  onlineHint: 'Has the app or the page open: a message arrives at once', offlineHint: 'No device connected for some seconds', nothing: 'No dot', nothingHint: 'Nobody knows, or it is not shown',
  apart: 'The dot says whether somebody is connected now. Form and colour of the sign say how recent their position is: two different things.',
}
