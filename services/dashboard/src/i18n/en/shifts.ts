import type { shifts as es } from '../es/shifts'

export const shifts: typeof es = {
  title: 'Shifts', own: 'My shift', now: 'Now', error: 'The shifts could not be read', filter: 'Filter by state', state: 'State', since: 'Since', started: 'Began', worked: 'Worked', planned: 'Plan', note: 'Note',
  status: { late: 'Missing', paused: 'Paused', in: 'Working', out: 'Out', forced: 'Closed by the system' },
  hint: { late: 'Should work by the plan and has not begun', paused: 'Works and is in a pause', in: 'Works now', out: 'Does not work, and the plan does not say so', forced: 'Nobody ended their shift of yesterday or today: the system closed it' },
  lateBy: 'Missing · {{age}}', forcedAt: 'The system closed it {{time}}', ownSince: 'since {{time}}, {{hours}} worked',
  act: { start: 'Begin shift', pause: 'Pause', resume: 'Go on', end: 'End shift' },
  ask: { start: 'Begin your shift?', pause: 'Interrupt your shift?', resume: 'Go on with your shift?', end: 'End your shift?' },
  askFor: { start: 'Begin the shift of {{name}}', pause: 'Interrupt the shift of {{name}}', resume: 'Go on with the shift of {{name}}', end: 'End the shift of {{name}}' },
  did: { start: 'The shift has begun.', pause: 'The shift is in a pause.', resume: 'The shift goes on.', end: 'The shift has ended.' },
  reason: 'Reason', reasonOwn: 'Note (optional)', reasonHint: 'The log keeps it, and the person sees it.', when: 'When', whenHint: 'Empty: now. Time of {{zone}}.',
  rule: { repeated: 'It was noted, but changed nothing: it was so already.', no_shift: 'It was noted, but changed nothing: there was no shift at that time.', no_pause: 'It was noted, but changed nothing: there was no pause.' },
  week: 'Shifts of the week', thisWeek: 'This week', weekOf: 'Week of {{date}}', weekBefore: 'Week before', weekAfter: 'Next week', open: 'goes on', pauses_one: '{{count}} pause', pauses_other: '{{count}} pauses',
  log: 'What was done', logEmpty: 'Nothing in the last 33 days.', kind: { start: 'Began', pause: 'Paused', resume: 'Went on', end: 'Ended', close: 'Close of the day' }, closedAt: 'The shift ended {{time}}', lateBy2: 'arrived {{age}} later',
  plannedAt: 'plan {{from}}–{{to}}', day: { d1: 'Mo', d2: 'Tu', d3: 'We', d4: 'Th', d5: 'Fr', d6: 'Sa', d7: 'Su' }, dayName: { d1: 'Monday', d2: 'Tuesday', d3: 'Wednesday', d4: 'Thursday', d5: 'Friday', d6: 'Saturday', d7: 'Sunday' },
  plan: {
    title: 'Plans', search: 'Search team or person', hint: 'A person’s own plan holds; without one, those of their teams; else the company’s.', error: 'The plans could not be read', whose: 'Whose', company: 'The whole company', perWeek: 'Hours a week', zone: 'Time zone', zoneHint: 'Empty: the company’s, {{zone}}.',
    none: 'No hours', noCompany: 'No plan', asCompany: 'The company’s', asTeam: 'Their team’s or the company’s', subCompany: 'Holds for whoever has no other plan', subTeam: 'Plan of the team', subUser: 'Plan of the person',
    nobody: 'There is no plan: nobody is missing, and the close of the day uses the company’s hour.', followsTeam: 'Follows the plan of their teams:', followsCompany: 'Follows the plan of the company:', make: 'Make a plan', makeOwn: 'Make a plan of its own', readOnly: 'Whoever administers the company changes it.',
    onHolidays: 'Also on holidays', free: 'Free', from: 'from', to: 'to', nextDay: 'Ends on the next day', overlap: 'Overlaps another time', add: 'Add a time: {{day}}', take_out: 'Remove the time of {{day}} at {{from}}', copyTo: 'Copy to other days: {{day}}', copy: 'Copy',
    saved: 'The plan is saved.', remove: 'Remove this plan', removeTitle: 'Remove the plan of {{name}}?', removeCompany: 'Whoever has no other plan has none.', removeTeam: 'The company’s plan holds again.', removeUser: 'The plan of their teams or of the company holds again.', removed: 'Removed it',
    conflict: 'Somebody changed this plan while it was edited', conflictBy: '{{name}} changed it on {{time}}.', theirs: 'Theirs', mine: 'The one here', keep: 'Save the one here', take: 'Keep theirs',
    holidays: 'Holidays', holidaysHint: 'Nobody is planned on these days, unless a plan says so', days_one: '{{count}} day', days_other: '{{count}} days', noHolidays: 'There are no holidays.', date: 'Date', addDay: 'Add a day', takeDay: 'Remove {{name}}',
  },
  wrong: { shift_plan_changed: 'Somebody changed it meanwhile.', holidays_changed: 'Somebody changed the holidays meanwhile. Open them again and repeat your change.', reason_required: 'Write a reason: whoever reads the log needs to know why.', occurred_too_long_ago: 'That is more than 30 days ago.', occurred_ahead: 'That time has not come yet.', too_many_actions: 'There are too many notes in these days.' },
}
