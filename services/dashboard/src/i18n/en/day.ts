import type { day as es } from '../es/day'

export const day: typeof es = {
  back: 'Back to the map',
  date: 'Date', previous: 'Previous day', next: 'Next day', today: 'Today', reading: 'Reading the day: {{n}} positions…',
  zoneAhead: 'Times of {{zone}}. Your clock shows {{span}} more.', zoneBehind: 'Times of {{zone}}. Your clock shows {{span}} less.',
  empty: 'No positions on this day', emptyHint: 'The phone sent nothing with this date. What it still keeps appears here when it arrives.', future: 'That day is yet to come', lastDay: 'Go to the last day with positions',
  notFound: 'There is no such person', notFoundHint: 'They do not exist, or you may not see them.', error: 'The day could not be read', retry: 'Try again', offline: 'No connection. Reading goes on when it is back.',
  partial: 'Read until {{time}}; the rest failed.', limited: 'There are too many positions: the first {{n}} are shown, until {{time}}.', alertsFailed: 'The alerts of this day could not be read.',
  facts: 'Facts of the day', first: 'First position', last: 'Last position', fixes: 'Positions', devices: 'Phones', longest: 'Longest silence', noGap: 'None over 5 min',
  lateFixes: 'Came late', upTo: '{{n}}, up to {{span}}', mockFixes: 'Made up', vagueFixes: 'Inaccurate', vagueHint: '{{n}}, worse than 100 m',
  events: 'What happened', noEvents: 'No alerts, silences or late positions.', gap: 'No positions', lateRun: 'Came late', lateBy: 'up to {{age}} late', mockRun: 'Position made up', openAlert: 'Show the alert',
  vague: 'Accuracy worse than 100 m', noSpeed: 'speed not given', noAccuracy: 'accuracy not given', badAccuracy: 'accuracy unknown', inGap: 'No positions for {{span}}',
  player: 'Playback', play: 'Play', pause: 'Pause', moment: 'Moment of the day', rate: 'Speed of the playback', follow: 'Keep in view', chart: 'Speed and accuracy over the day',
  speed: 'Speed, km/h', accuracy: 'Accuracy, m', start: 'Start {{time}}', end: 'End {{time}}',
}
