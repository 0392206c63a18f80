export const silence = {
  since: 'No signal since {{time}}.', still: 'Not moving since {{time}}.', was: 'No signal from {{time}} to {{end}}.', wasStill: 'Did not move from {{time}} to {{end}}.',
  low: 'Low battery since {{time}}.', lowAt: 'Battery at {{battery}} at {{time}}, not charging.', wasLow: 'Low battery from {{time}} to {{end}}.', wasLowAt: 'Low battery from {{time}}, at {{battery}}, to {{end}}.',
  cause: {
    unknown: 'The cause is not known.', battery_empty: 'The phone ran out of battery.', permission_withdrawn: 'The location permission was withdrawn.', permission_reduced: 'The location permission was reduced.', location_off: 'Location was switched off on the phone.',
    app_closed: 'The app was closed.', battery_saver: 'Battery saver was switched on.', airplane_mode: 'Airplane mode was switched on.', shared_silence: 'Most people stopped reporting together: nobody gets an alert for it.', storage_behind: 'Positions arrive, but are stored late: nobody gets an alert for it.',
  },
  at: {
    battery_empty: 'The phone ran out of battery at {{time}}.', permission_withdrawn: 'The location permission was withdrawn at {{time}}.', permission_reduced: 'The location permission was reduced at {{time}}.', location_off: 'Location was switched off on the phone at {{time}}.',
    app_closed: 'The app was closed at {{time}}.', battery_saver: 'Battery saver was switched on at {{time}}.', airplane_mode: 'Airplane mode was switched on at {{time}}.',
  },
  short: { unknown: 'unknown cause', battery_empty: 'battery', permission_withdrawn: 'no permission', permission_reduced: 'permission reduced', location_off: 'location off', app_closed: 'app closed', battery_saver: 'battery saver', airplane_mode: 'airplane mode' },
  battery: 'Battery at {{battery}} and falling.', other: 'Cause: {{cause}}.',
  end: { returned: 'reports again', explicada: 'the phone had no network: the positions came later', moved: 'moved', charged: 'the phone was charged', shift_ended: 'the shift ended', paused: 'the shift was paused', settings_changed: 'the settings changed', user_left: 'is no longer in the company', normal: 'back to normal' },
  shared: 'Since {{time}}, {{people}} of {{of}} people who were reporting stopped together. It looks like a failure of the network or the service: nobody gets an alert for it.',
  sharedAll: 'Since {{time}}, {{people}} of {{of}} people who were reporting in the whole installation stopped together. It looks like a failure of the service: nobody gets an alert for it.',
  behind: 'Since {{time}}, positions are stored late: what you see may be old, and nobody gets an alert for it.',
  system: 'System', banner: 'Notices of the system', own: 'Your phone:', lastFix: 'Last position', open: 'Show the alert', more_one: 'and {{count}} more notice', more_other: 'and {{count}} more notices',
}
