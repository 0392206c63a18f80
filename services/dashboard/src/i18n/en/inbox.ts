export const inbox = {
  kind: {
    panic: 'Panic', outside_zone: 'Outside the zone', forbidden_zone: 'Forbidden zone', inactivity: 'No activity', low_battery: 'Low battery', system: 'System notice',
    visit_new: 'New visit', visit_moved: 'Visit moved', visit_cancelled: 'Visit cancelled', visit_taken: 'Visit reassigned', visits_open: 'Day closed with open visits', chat: 'New message',
    reminder_first_visit: 'First visit without arrival', reminder_tomorrow: 'Tomorrow’s visits', reminder_shift_open: 'Shift still open', reminder_pending: 'Pending tasks', webhook_off: 'Webhook turned off for failing', test: 'Test',
  },
  text: { later: 'another day', many: 'several', many_later: 'several, another day', task: 'of a task', one: 'a single one' },
  group: { alerts: 'Alerts', visits: 'Visits and tasks', reminders: 'Reminders', other: 'Everything else' },
  mine: 'Received', choose: 'What I am told', list: 'What I was told', filter: { all: 'All', unread: 'Unread' }, readAll: 'Mark all as read', unread: 'unread',
  empty: 'No notifications yet', emptyHint: 'Everything that you are told stays here for 90 days, even if your phone is off.', allRead: 'Nothing is left unread', allReadHint: '“All” shows those that you have read too.', error: 'The notifications could not be read', more: 'Load more',
  panicNote: 'A call for help always reaches you: neither quiet hours nor anything that you turn off here holds it back.', stillListed: 'What you turn off, or what comes in your quiet hours, sounds on no device, but stays among your notifications.',
  language: 'Language of the notifications', languageText: 'The language in which those that you get are written. It does not change the language of this page.', languageOf: 'That of each device', es: 'Spanish', en: 'English',
  quiet: 'Quiet hours', quietText: 'In these hours none of your devices sounds, except for a call for help.', quietOn: 'Have quiet hours', quietFrom: 'From', quietUntil: 'Until', quietZone: 'Time of {{zone}}. If they end before they begin, they go on until the next day.', quietSame: 'Enter two different times.',
  kinds: 'What I am told', kindsText: 'What is checked reaches your devices.', saved: 'Saved.',
  devices: 'Devices', devicesNone: 'No device receives their notifications.', devicesHint: 'If it was lost or stolen, end their sessions too: while one is open on it, the app adds it again.', removeDevice: 'Remove', removeDeviceOf: 'Remove {{device}}', removeDeviceTitle: 'Remove {{device}}?', devicesOwn: 'A device receives nothing more once the person signs out on it.',
  seen: 'Seen {{age}}', stale: 'silent', staleHint: 'Not seen for more than 60 days: it receives only calls for help, and is removed after 270 days.',
  log: 'What they were told', logNone: 'They were told nothing in 90 days.', deliveredAt: 'Delivered {{at}}', openedAt: 'Opened {{at}}', readAt: 'Read {{at}}', anyKind: 'Every kind', noneOfKind: 'Nothing of this kind.',
  page: 'Notifications', remindTitle: 'Reminders', remindText: 'What people in the field are reminded of automatically. They are reminded of each thing once.', readOnly: 'The administration decides this.', remindError: 'The settings could not be read', changedMeanwhile: 'Somebody changed it meanwhile to: {{value}}', remindLog: 'Reminders: who changed what',
  remind: {
    name: { first_visit: 'First visit without arrival', first_visit_after_min: 'Minutes later', tomorrow: 'Tomorrow’s visits', tomorrow_at: 'Time', shift_open: 'Forgotten shift', shift_open_after_h: 'Hours, if no shift is planned', pending: 'Pending tasks', pending_at: 'Time in the morning' },
    hint: {
      first_visit: 'To people who have not arrived at the first visit of the day.', first_visit_after_min: '5 to 120 minutes after the time of the visit began.', tomorrow: 'How many visits they have on the next day.', tomorrow_at: 'Local time, 12:00 to 22:00. It goes out up to 20 minutes later, at the same time every day.',
      shift_open: 'Asks whether it is over, an hour after the end of the planned shift.', shift_open_after_h: '4 to 24 hours after the shift began, for people without a planned shift.', pending: 'How many tasks are overdue or due on that day.', pending_at: 'Local time, 04:00 to 14:00. It goes out up to 20 minutes later, at the same time every day.',
    },
    wrong: { first_visit_after_min: 'Enter whole minutes, 5 to 120.', tomorrow_at: 'Enter a time from 12:00 to 22:00, such as 18:00.', shift_open_after_h: 'Enter whole hours, 4 to 24.', pending_at: 'Enter a time from 04:00 to 14:00, such as 09:00.' },
  },
  texts: 'The texts, as they arrive', textsText: 'With example names and numbers. They never hold a place: they are seen on locked screens.', textsLanguage: 'Language of the texts', textsKind: 'When', textsTitle: 'Title', textsBody: 'Text', textsError: 'The texts could not be read',
}
