import { day } from './en/day'
import type { Texts } from './es'
import { docs } from './en/docs'
import { streets } from './en/streets'
import { zones } from './en/zones'

export const en: Texts = {
  app: { name: 'Terreno', tagline: 'Your people in the field, live', skip: 'Skip to the list' },
  login: {
    title: 'Sign in',
    company: 'Company',
    companyHint: 'Your login exists in more than one company: give the code of yours.',
    login: 'E-mail, phone or payroll number',
    password: 'Password',
    show: 'Show the password',
    hide: 'Hide the password',
    submit: 'Sign in',
    busy: 'Signing in…',
    ended: 'Your session ended. Sign in again.',
    revoked: 'Your session was ended on all devices. Sign in again.',
    suspended: 'Your company is suspended. Ask its administrator.',
    unsent: 'Offline: the session of this browser is not closed on the server yet. It is closed as soon as the connection is back. Keep this tab open.',
    wait: 'Wait {{seconds}} s before you try again.',
  },
  boot: { loading: 'Loading…', offline: 'The server cannot be reached', offlineHint: 'It is tried again every few seconds.', retry: 'Try now', crashed: 'Something in the page failed', part: 'This part could not be loaded', partHint: 'The rest of the page goes on. Reload when the connection is back.', reload: 'Reload' },
  nav: { main: 'Sections', map: 'Map', alerts: 'Alerts', zones: 'Zones', people: 'People', jobs: 'Jobs', help: 'Keys and help', settings: 'Settings' },
  settings: {
    theme: 'Appearance', system: 'System', light: 'Light', dark: 'Dark',
    language: 'Language', spanish: 'Español', english: 'English',
    sound: 'Sound of alerts', on: 'With sound', off: 'Without sound',
    logout: 'Sign out', logoutEverywhere: 'Sign out on all devices', 
  },
  role: { admin: 'Administration', supervisor: 'Supervision', colaborador: 'Field', platform_admin: 'Platform' },
  live: {
    live: 'Live', connecting: 'Connecting…', waiting: 'Reconnecting in {{seconds}} s', over: 'Session ended',
    old: 'What you see is {{age}} old', now: 'Reconnect now', speed: 'demo ×{{speed}}', label: 'Connection',
    clock: 'Time of the demo', zone: '{{zone}} time',
  },
  state: {
    alert: 'Alert', fresh: 'Up to date', stale: 'Behind', silent: 'Silent', never: 'No position',
    alertHint: 'Has an open alert', freshHint: 'Position less than 2 minutes old', staleHint: 'Position 2 to 30 minutes old',
    silentHint: 'No position for more than 30 minutes', neverHint: 'Has never sent a position',
  },
  people: {
    title: 'People', search: 'Search by name', team: 'Team', allTeams: 'All teams', list: 'People, who needs attention first',
    count_one: '{{count}} person', count_other: '{{count}} people', of: '{{shown}} of {{total}}',
    empty: 'Nobody matches', emptyHint: 'Remove the search or the filters.', clear: 'Remove filters',
    none: 'There is nobody in your team yet', noneHint: 'An administrator of your company can add people.',
    error: 'The list of people could not be read', still: 'still',
    collapse: 'Fold the list', expand: 'Unfold the list',
  },
  person: {
    since: 'Position', speed: 'Speed', battery: 'Battery', charging: 'charging', accuracy: 'Accuracy', mock: 'Position made up by an app',
    trail: 'Trail of the last hour', trailEmpty: 'No positions in the last hour',
    follow: 'Follow', following: 'Following', close: 'Close', centre: 'Show on the map', openAlert: 'Show the alert', zones: 'Assigned zones', unknown: '—', late: 'came {{age}} late',
    notFound: 'There is no such person', notFoundHint: 'They do not exist, are not of your team, or do not work in the field.',
  },
  day,
  map: {
    label: 'Map', fit: 'Show everyone', zoomIn: 'Zoom in', zoomOut: 'Zoom out', here: 'At this spot: {{count}}', more_one: 'and {{count}} more', more_other: 'and {{count}} more', failed: 'This browser cannot draw the map', failedHint: 'The list and the alerts work all the same. The map needs WebGL.',
  },
  alerts: {
    title: 'Alerts', list: 'Alerts, open ones first', open: 'Open', acknowledged: 'Acknowledged', resolved: 'Resolved', all: 'All', continues: 'Continues', ended: 'Ended',
    filterStatus: 'Status', filterTeam: 'Team', filterText: 'Search person or zone', link: 'Copy the link', copied: 'Link copied',
    empty: 'No open alert', emptyHint: 'New ones appear here by themselves.', emptyFilter: 'No alert matches', error: 'The alerts could not be read',
    notFound: 'There is no such alert', notFoundHint: 'It does not exist, or it is not of your team.', more: 'Load more',
    type: { outside_zone: 'Outside their zone', panic: 'Panic', other: 'Alert' },
    status: { nueva: 'New', reconocida: 'Acknowledged', resuelta: 'Resolved' },
    zone: 'Zone', away: '{{distance}} away', since: 'Since', endedAt: 'Ended', late: 'Known late',
    end: { returned: 'back in the zone', zones_changed: 'the zones changed', schedule_ended: 'the schedule of the zone ended', unassigned: 'no zone is assigned any more' },
    what: { late: 'Became known from late positions', raised: 'Was confirmed', closed: 'Ended', acknowledged: 'Acknowledged', resolved: 'Resolved' },
    rule: 'automatic rule', history: 'What happened', acknowledge: 'Acknowledge', resolve: 'Resolve', reason: 'Reason', reasonHint: 'For whoever reads it later. For example: the visit took longer, they called.',
    confirm: 'Resolve', cancel: 'Cancel', acting: 'Saving…', close: 'Close', unread_one: '{{count}} open alert', unread_other: '{{count}} open alerts',
    announce: 'New alert: {{name}}, {{type}}', unknownUser: 'Unknown person', 
  },
  age: { now: 'now', seconds: '{{n}} s', minutes: '{{n}} min', hours: '{{n}} h', days: '{{n}} d', ago: '{{age}} ago', },
  help: {
    title: 'Keys', close: 'Close', search: 'Search', map: 'Map', alerts: 'Alerts', zones: 'Zones', move: 'Move in the list', open: 'Open what is chosen', back: 'Close, or drop the selection',
    fit: 'Show everyone', follow: 'Follow the chosen person', acknowledge: 'Acknowledge the chosen alert', resolve: 'Resolve the chosen alert', sound: 'Sound on or off', help: 'This help', states: 'What each sign means',
  },
  docs, streets, zones,
  notFound: { title: 'There is nothing at this address', hint: 'The link is incomplete, or the page is gone.', home: 'Go to the map' },
  problem: {
    generic: 'It could not be done. Try again.', offline: 'There is no connection to the server. Nobody knows whether it was done; try again.',
    login_failed: 'The login or the password is wrong, or the account is not active.',
    login_throttled: 'Too many attempts failed.', company_required: 'Give the company as well.', company_suspended: 'The company is suspended.',
    forbidden: 'Your role may not do this.', not_found: 'It does not exist any more, or you may not see it.', unavailable: 'The service cannot do this at the moment. Try again in some seconds.',
    overloaded: 'The service is very busy. Try again in some seconds.', validation_failed: 'Some part is not as it should be.', origin_not_allowed: 'This address of the page cannot sign in.',
  },
}
