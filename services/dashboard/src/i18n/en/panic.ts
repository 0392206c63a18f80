import type { panic as texts } from '../es/panic'

export const panic: typeof texts = {
  title_one: 'Call for help', title_other: '{{count}} calls for help', asks: '{{name}} calls for help', reach: 'F8 leads here from anywhere. Esc goes back to where you were.', announce: 'Call for help of {{name}}. The key F8 leads to it.',
  late: 'It came late: they called for help at {{time}}, and it became known {{age}} later.', place: 'Position', noPlace: 'Not known', ofCall: 'that of the call', map: 'Show on the map', open: 'Show everything', phone: 'Phone', noPhone: 'Not on record', battery: 'Battery', note: 'They wrote', fold: 'Fold', unfold: 'Show',
  acknowledge: 'I take care of it', enRoute: 'I am on my way', falseAlarm: 'False alarm', falseTitle: 'Why was it a false alarm?', falseHint: 'Required. For example: pressed by mistake, I spoke with them on the phone.', falseYes: 'It was a false alarm', needReason: 'Say why it was a false alarm.',
  mine: 'You take care of the call of {{name}}.', taken: '{{by}} takes care of the call of {{name}}.', over: 'The call of {{name}} is no longer open.', dismiss: 'Remove this notice',
  sound: { activate: 'Turn the sound on', blocked: 'The browser does not let this page sound until you use it.', on: 'It sounds until somebody takes care of it.', elsewhere: 'It sounds in another tab.', none: 'This browser cannot sound.', mute: 'Mute here', unmute: 'Let it sound here', muted: 'Muted on this computer. It still sounds on the others.', muteHint: 'Only this call, and only on this computer' },
  stage: { raised: 'Called for help', delivered: 'Saw it', acknowledged: 'Takes care of it', en_route: 'On the way', resolved: 'Resolved', false_alarm: 'False alarm' }, path: 'How it goes', pending: 'not yet',
  ladder: {
    title: 'Who is told', next: 'Told next', in: 'in {{time}}', now: 'just now', later: 'later, after {{time}}', done_one: '{{count}} person', done_other: '{{count}} people', done_zero: 'there was nobody', hook: 'webhooks were called', unknown: 'steps that the company has changed since',
    again: 'Everybody again', againDone_one: 'once, at {{time}}', againDone_other: '{{count}} times, at last at {{time}}', againMost: 'up to {{limit}} times', nothing: 'Nobody else is told.', stopped: 'Somebody takes care of it: nobody else is told.', error: 'Who is told could not be read.', reading: 'Reading…',
    who: { team_supervisors: 'supervisors of their team', supervisors: 'all supervisors', admins: 'administration', webhook: 'webhooks' },
  },
  unreachable: 'There is nobody to tell', unreachableHint: 'Nobody who should be told has a phone on record, and there are no webhooks. Call somebody who can help.',
  delivered: '{{by}} saw it first, {{ago}}.', undelivered: 'Nobody has seen it yet.',
  joins: 'It is part of another call for help that was open already.', joinsOpen: 'Show that call', own: 'It is your own call for help: somebody else takes care of it.',
  told: {
    title: 'Notifications to phones', all_one: '{{count}} person', all_other: '{{count}} people', hidden_one: 'There is one more, to somebody who is not of your teams.', hidden_other: 'There are {{count}} more, to people who are not of your teams.', empty: 'Nobody has been told yet.', error: 'The notifications could not be read', more: 'Show more notifications', refresh: 'Read again', read: 'read {{time}}', opened: 'opened {{time}}', delivered: 'shown {{time}}', tries_one: '{{count}} try', tries_other: '{{count}} tries',
    platform: { android: 'Android', ios: 'iPhone', web: 'Browser' },
    state: { queued: 'Queued', sent: 'Sent', failed: 'Failed', skipped: 'Not sent', expired: 'Expired' },
    skipped: { off: 'does not want this kind', quiet: 'has quiet hours now', no_device: 'has no phone on record', expired: 'it was too late to tell them' },
    reason: {
      no_credentials: 'the installation has no credentials to send notifications', seen: 'they had seen it already', device_gone: 'the phone is no longer on record', unregistered: 'the app is no longer on the phone', sender_id_mismatch: 'the phone belongs to another installation', invalid: 'the push service does not accept this phone', quota_exceeded: 'too many notifications at once', internal: 'the push service failed',
      third_party_auth: 'the key for Apple or the browser is missing', credentials_refused: 'the push service does not accept the credentials of the installation', unavailable: 'the push service does not answer', network: 'the network failed', other: 'reason: {{reason}}',
    },
  },
  rules: {
    title: 'Who is told', text: 'Who is told of each type of alert on their phone, and when, until somebody takes care of it. Each step tells people who were not told yet.', own: 'Nobody is told of an alert about themselves. If a step finds nobody, it tells the administration.',
    type: 'Type of alert', step: 'Step {{step}}', after: 'After', afterHint: 'Minutes and seconds since the alert began, such as 1:30. 0 is at once.', tell: 'Whom', add: 'Add a step', remove: 'Remove step {{step}}', none: 'Nobody is told on their phone. The alert is on the page all the same.',
    who: { team_supervisors: 'Supervisors of their team', supervisors: 'All supervisors', admins: 'Administration' }, webhook: 'Webhooks', repeat: 'Then tell everybody again every', repeatHint: 'From 1:00 to 60:00. Empty: never again.', limit: 'How many times', limitHint: 'From 1 to 12.', days: 'Days unresolved', daysHint: 'From 7 to 3650. An alert that nobody resolves in that time is resolved by rule, at night.', name: 'Told: {{type}}', nobody: 'nobody', log: 'Alerts: who changed what', each: 'every {{time}}, {{count}} times',
    wrong: { after_s: 'Write minutes and seconds, such as 1:30, up to 24 h.', order: 'Each step comes after the one before.', tell: 'Choose at least somebody.', repeat_s: 'From 1:00 to 60:00.', repeat_limit: 'From 1 to 12.', panic: 'The first step of a call for help tells somebody within a minute.', unresolved_days: 'From 7 to 3650 days.', both: 'Write how often and how many times, or leave both empty.' },
  },
}
