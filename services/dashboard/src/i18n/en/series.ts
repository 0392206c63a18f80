export const series = {
  repeat: 'Repeats', title: 'Recurring visits', list: 'Series of visits', one: 'Series', open: 'Series', back: 'Schedule', link: 'See the series', by: 'the series', search: 'Title, person or place',
  kind: { once: 'Does not repeat', day: 'Every day', workdays: 'Monday to Friday', week: 'Every week, on days you choose', twoWeeks: 'Every two weeks, on days you choose', date: 'Every month, on day {{n}}', lastDate: 'Every month, on the last day', weekday: 'Every month, on the {{nth}} {{day}}', lastWeekday: 'Every month, on the {{nth}} {{day}}' },
  nth: { n1: 'first', n2: 'second', n3: 'third', n4: 'fourth', n5: 'fifth', nlast: 'last' },
  say: {
    day: 'Every day', days: 'Every {{n}} days', workdays: 'Monday to Friday', week: 'Every {{days}}', weeks: 'Every {{n}} weeks, on {{days}}', two: 'two', theDay: '{{day}}', date: 'Day {{n}}', lastDate: 'The last day', nth: 'The {{nth}} {{day}}', month: '{{what}} of each month', months: '{{what}}, every {{n}} months',
    from: 'from {{from}} to {{until}}', anyHour: 'at any hour', until: 'until {{date}}', times_one: '{{count}} time', times_other: '{{count}} times',
    other_one: 'By a rule of another program, {{count}} date', other_other: 'By a rule of another program, {{count}} dates',
  },
  days: 'Days of the week', end: 'Ends', endUntil: 'On a date', endCount: 'After some times', until: 'Last date', count: 'Times',
  skips: 'Months without a day {{n}} are left out.', noExternal: 'An order number names one visit: it does not go with visits that repeat.',
  makes_one: '{{count}} visit:', makes_other: '{{count}} visits. The first ones:', last: 'The last one: {{date}}', passed_one: '{{count}} date has passed and is not made.', passed_other: '{{count}} dates have passed and are not made.', none: 'No date matches before the end.', tooMany: 'These are more than 1,000 dates, or more than five years: choose a nearer end.', allPassed: 'All dates have passed.',
  fault: { days: 'Choose at least one day.', until: 'Choose a date that is not before the first.', count: 'Enter how many times, from 1.' },
  state: { active: 'Active', over: 'All made', ended: 'Ended early' }, filter: { current: 'Active', problem: 'With a problem', over: 'Over' },
  problem: { place_archived: 'Place archived', internal: 'Failed to make' },
  problemText: { place_archived: 'Its place is archived, and no visits are made while it is. Restore it in Places, or end the series.', internal: 'Something failed while visits were made. It is tried again every hour.' },
  next: 'Next', rule: 'Rule', status: 'State', made: 'Made until', madeNone: 'None yet', toMake: 'To be made', ahead: 'Each visit is made 14 days before its date.', visits: 'Visits from today on', visitsNone: 'None yet.', visitsError: 'They could not be read.',
  count_one: '{{count}} series', count_other: '{{count}} series', error: 'The series could not be read', empty: 'No series matches', nothing: 'No visit repeats yet', nothingHint: 'Make a visit on the schedule and choose how it repeats.', nothingOver: 'No series is over', nothingProblem: 'No series has a problem', notFound: 'No such series', notFoundHint: 'It does not exist, or it is not of your teams.',
  endIt: 'End the series', endAsk: 'End the series “{{title}}”', endText: 'No more visits are made. Those that nobody has begun and whose window is still to come are cancelled with this reason. Those that have begun, or should have begun by now, stay as they are.', endCount_one: '{{count}} visit is cancelled now.', endCount_other: '{{count}} visits are cancelled now.', endNone: 'There is no visit to cancel now.', endedBy: 'Ended by {{name}}, {{at}}',
}

export const seriesWrong = {
  rule_invalid: 'The schedule does not understand this repetition.', rule_sub_daily: 'At most one visit a day.', rule_without_end: 'Choose when it ends.', rule_too_many: 'These are more than 1,000 dates: choose a nearer end.', rule_too_long: 'It lasts more than five years: choose a nearer end.', rule_names_no_date: 'No date matches before the end.',
  series_passed: 'All dates have passed: choose another date, or a later end.', too_many_series: 'The company has too many active series. End those that are no longer needed.', series_not_found: 'There is no such series, or it is not of your teams.',
}
