export const reports = {
  title: 'Reports', own: 'My days', table: 'What was done each day', error: 'The reports could not be read', empty: 'Nothing on these days', emptyHint: 'Nobody has positions, visits or a shift in this period, or the filter leaves nobody.',
  period: 'Period', from: 'From', to: 'To', other: 'Another period', wrong: 'This period cannot be shown', wrongHint: 'Up to 93 days, of the last 400 and not after today, and the last one not before the first.',
  shortcut: { yesterday: 'Yesterday', today: 'Today', week: 'This week', lastWeek: 'Last week', month: 'This month', lastMonth: 'Last month' },
  by: 'Add up', each: { day: 'Each day', all: 'Whole period', week: 'By week', month: 'By month' },
  csv: 'CSV', xlsx: 'Excel', downloadCsv: 'Download CSV', downloadXlsx: 'Download for Excel', only: 'Only {{name}}', rows_one: '{{count}} row', rows_other: '{{count}} rows', limited: 'These are too many rows: the first {{n}} are shown. Choose a team, fewer days or a sum.',
  closedOnly: 'Sums are of closed days: today does not count yet.', person: 'Person', date: 'Day', week: 'Week', month: 'Month', days: 'Days', distance: 'Distance', moving: 'Moving', stopped: 'Stopped', gaps: 'No data', first: 'First', last: 'Last', visits: 'Visits', visitsOf: '{{done}} of {{all}}', notDone: 'Not done', shift: 'Shift', planned: 'Plan', balance: 'Difference', state: 'State', note: 'Note', sum: 'Total',
  is: { preliminary: 'Preliminary', closed: 'Closed', final: 'Final', failed: 'Not computed' },
  isHint: { preliminary: 'The day is not closed: these figures change', closed: 'The day was closed. What arrives late still corrects it', final: 'It does not change any more', failed: 'This day cannot be computed. The log of the server says why' },
  late_one: '{{count}} came late', late_other: '{{count}} came late', mock: '{{distance}} made up', gapNote: '{{distance}} without data',
  day: {
    title: 'What was done', distance: 'Distance', moving: 'Moving', stopped: 'Stopped', gaps: 'No data', gapsOf: '{{span}} ({{distance}} in straight lines)', speed: 'Speed', speedOf: '{{avg}} moving, up to {{max}}', shift: 'Shift', pause: '{{shift}}, and {{pause}} of pauses',
    visits: 'Visits', visitsOf: '{{done}} done, {{not}} not done, {{open}} open', mock: 'Made up', failed: 'The summary of this day could not be read.', none: 'There is no summary of this day.', trip: 'Trip', tripTo: 'Trip to {{place}}', stop: 'Stop', tripOf: '{{distance}}, {{span}}',
  },
}
