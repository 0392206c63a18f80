import type { shifts as es } from '../es/shifts'

export const shifts: typeof es = {
  title: 'Shifts', own: 'My shift', now: 'Now', error: 'The shifts could not be read', filter: 'Filter by state', state: 'State', since: 'Since', started: 'Began', worked: 'Worked', planned: 'Plan', note: 'Note',
  status: { late: 'Missing', paused: 'Paused', in: 'Working', out: 'Out', forced: 'Closed by itself' },
  hint: { late: 'Should work by the plan and has not begun', paused: 'Works and is in a pause', in: 'Works now', out: 'Does not work, and the plan does not say so', forced: 'Nobody ended their shift of yesterday or today: the system closed it' },
  lateBy: 'Missing for {{age}}', forcedAt: 'Closed by itself {{time}}', ownSince: 'since {{time}}, {{hours}} worked',
  act: { start: 'Begin shift', pause: 'Pause', resume: 'Go on', end: 'End shift' },
  ask: { start: 'Begin your shift?', pause: 'Interrupt your shift?', resume: 'Go on with your shift?', end: 'End your shift?' },
  askFor: { start: 'Begin the shift of {{name}}', pause: 'Interrupt the shift of {{name}}', resume: 'Go on with the shift of {{name}}', end: 'End the shift of {{name}}' },
  did: { start: 'The shift has begun.', pause: 'The shift is in a pause.', resume: 'The shift goes on.', end: 'The shift has ended.' },
  reason: 'Reason', reasonOwn: 'Note (optional)', reasonHint: 'The log keeps it, and the person sees it.', when: 'When', whenHint: 'Empty: now. Time of {{zone}}.',
  rule: { repeated: 'It was noted, but changed nothing: it was so already.', no_shift: 'It was noted, but changed nothing: there was no shift at that time.', no_pause: 'It was noted, but changed nothing: there was no pause.' },
  week: 'Shifts of the week', thisWeek: 'This week', weekOf: 'Week of {{date}}', weekBefore: 'Week before', weekAfter: 'Next week', open: 'goes on', pauses_one: '{{count}} pause', pauses_other: '{{count}} pauses',
  log: 'What was done', logEmpty: 'Nothing in the last 33 days.', kind: { start: 'Began', pause: 'Paused', resume: 'Went on', end: 'Ended', close: 'Close of the day' }, closedAt: 'The shift ended {{time}}', lateBy2: 'arrived {{age}} later',
  wrong: { reason_required: 'Write a reason: whoever reads the log needs to know why.', occurred_too_long_ago: 'That is more than 30 days ago.', occurred_ahead: 'That time has not come yet.', too_many_actions: 'There are too many notes in these days.' },
}
