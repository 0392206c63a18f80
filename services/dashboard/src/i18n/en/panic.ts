import type { panic as texts } from '../es/panic'

export const panic: typeof texts = {
  title_one: 'Call for help', title_other: '{{count}} calls for help', asks: '{{name}} is calling for help', reach: 'F8 brings you here from anywhere. Esc takes you back to where you were.', announce: 'Call for help from {{name}}. Press F8 to go to it.',
  late: 'It came late: they called for help at {{time}}, and it became known {{age}} later.', lateDay: 'It came late: they called for help on {{time}}, and it became known {{age}} later.', place: 'Position', noPlace: 'Not known', ofCall: 'that of the call', map: 'Show on the map', open: 'Show everything', phone: 'Phone', noPhone: 'Not on record', otherTeam: 'Not shown: they are in another team', battery: 'Battery', note: 'They wrote', fold: 'Fold', unfold: 'Show',
  acknowledge: 'I’ll take care of it', enRoute: 'I’m on my way', falseAlarm: 'False alarm', falseTitle: 'Why was it a false alarm?', falseHint: 'Required. For example: they pressed it by mistake, I spoke to them on the phone.', falseYes: 'It was a false alarm', needReason: 'Say why it was a false alarm.',
  mine: 'You are taking care of the call from {{name}}.', taken: '{{by}} is taking care of the call from {{name}}.', over: 'The call from {{name}} is no longer open.', wasFalse: 'The call from {{name}} was a false alarm, according to {{by}}.', dismiss: 'Remove this notice',
  sound: { activate: 'Turn the sound on', blocked: 'The browser allows no sound until you click on the page or press a key.', on: 'The alarm sounds until somebody takes care of it.', elsewhere: 'The alarm sounds in another tab.', none: 'This browser cannot play sound.', mute: 'Mute here', unmute: 'Unmute here', muted: 'Muted in this browser. It still sounds in the others.', muteHint: 'Only this call, and only in this browser' },
  stage: { raised: 'Called for help', began: 'Began', delivered: 'Received', acknowledged: 'Taken care of', en_route: 'On the way', resolved: 'Resolved', false_alarm: 'False alarm' }, path: 'How it goes', pending: 'not yet',
  ladder: {
    title: 'Who is told', next: 'Told next', in: 'in {{time}}', now: 'right now', later: 'after {{time}}', done_one: '{{count}} person', done_other: '{{count}} people', done_zero: 'there was nobody', hook: 'webhooks were called', unknown: 'steps that the company has changed since',
    again: 'Everybody again', againDone_one: 'once, at {{time}}', againDone_other: '{{count}} times, last at {{time}}', againMost: 'up to {{limit}} times', nothing: 'Nobody else is told.', stopped: 'Somebody is taking care of it: nobody else is told.', error: 'Who is told could not be read.', reading: 'Reading…',
    who: { noTeam: 'administration, because they are in no team', team_supervisors: 'supervisors of their team', supervisors: 'all supervisors', admins: 'administration', webhook: 'webhooks' },
  },
  unreachable: 'There is nobody to tell', unreachableHint: 'Nobody who should be told has a phone on record, and there are no webhooks. Call somebody who can help.',
  delivered: '{{by}} received it first, {{ago}}.', undelivered: 'Nobody has received it yet.',
  away: 'No connection: this may have changed. Trying again.',
  joins: 'It is part of another call for help that was open already.', joinsOpen: 'Show that call', own: 'This is your own call for help: somebody else takes care of it.',
  told: {
    title: 'Notifications to phones', all_one: '{{count}} person', all_other: '{{count}} people', hidden_one: 'There is one more, to somebody who is not in your teams.', hidden_other: 'There are {{count}} more, to people who are not in your teams.', empty: 'Nobody has been told yet.', error: 'The notifications could not be read', more: 'Show more notifications', refresh: 'Read again', read: 'read {{time}}', opened: 'opened {{time}}', delivered: 'shown {{time}}',
  },
  rules: {
    title: 'Who is told', text: 'Who is told of each type of alert on their phone, and when, until somebody takes care of it. Each step tells people who were not told yet.', own: 'Nobody is told of an alert about themselves. If a step finds nobody, it tells the administration.',
    type: 'Type of alert', step: 'Step {{step}}', after: 'After', afterHint: 'Minutes and seconds since the alert became known, such as 1:30. 0 is at once.', tell: 'Whom', add: 'Add a step', remove: 'Remove step {{step}}', none: 'Nobody is told on their phone. The alert is on the page all the same.',
    who: { team_supervisors: 'Supervisors of their team', supervisors: 'All supervisors', admins: 'Administration' }, webhook: 'Webhooks', repeat: 'Then tell everybody again every', repeatHint: 'From 1:00 to 60:00. Empty: never again.', limit: 'How many times', limitHint: 'From 1 to 12.', days: 'Days unresolved', daysHint: 'From 7 to 3650. An alert that nobody resolves in that time is resolved automatically, at night.', name: 'Who is told: {{type}}', nobody: 'nobody', log: 'Alerts: who changed what', each: 'every {{time}}, {{count}} times',
    wrong: { after_s: 'Write minutes and seconds, such as 1:30, up to 24 h.', order: 'Each step comes after the one before.', tell: 'Choose at least one group.', repeat_s: 'From 1:00 to 60:00.', repeat_limit: 'From 1 to 12.', panic: 'The first step of a call for help must tell people within 60 seconds.', unresolved_days: 'From 7 to 3650 days.', both: 'Write how often and how many times, or leave both empty.' },
  },
}
