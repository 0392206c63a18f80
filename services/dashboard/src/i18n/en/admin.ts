import type { admin as es } from '../es/admin'

export const admin: typeof es = {
  admin: {
    settings: 'Settings', webhooks: 'Webhooks', save: 'Save', unsavedText: 'If you leave now, what you typed or chose is lost.', create: 'Create', undo: 'Undo', search: 'Search', more: 'and {{count}} more: type to search', copy: 'Copy', copied: 'Copied', yes: 'yes', no: 'no', never: 'do not tell', minutes: '{{value, number}} min', system: 'Terreno',
    searchPeople: 'Name, e-mail, phone or payroll number', searchTeams: 'Search teams', allRoles: 'All roles', noTeam: 'Without a team', onlyActive: 'Active', onlyInactive: 'Deactivated', alsoInactive: 'All',
    active: 'Active', inactive: 'Deactivated', newPerson: 'New person', noPerson: 'There is no such person', noPersonHint: 'It does not exist, or you may not see it.', idHint: 'Left empty, one is made. It cannot be changed later.',
    selectAll: 'Select all that are shown', select: 'Select {{name}}', chosen_one: '{{count}} person selected', chosen_other: '{{count}} people selected', unselect: 'Clear the selection',
    workers: 'In the field', supervisors: 'Supervisors', members: 'Members',
    field: { presence: 'Seen', host: 'Server', events: 'What it is told', first_visit: 'First visit', first_visit_after_min: 'Minutes later', tomorrow: 'Tomorrow’s visits', tomorrow_at: 'At', shift_open: 'Forgotten shift', shift_open_after_h: 'Hours without a plan', pending: 'Pending tasks', pending_at: 'In the morning at', name: 'Name', role: 'Role', teams: 'Teams', phone: 'Phone', email: 'E-mail', payroll_number: 'Payroll number', id: 'Id', active: 'Active', users: 'Members', has_password: 'Has a password', zone: 'Time zone', tracking: 'Tracking', status: 'Status', check_in_policy: 'Check-in far from the site', check_in_max_m: 'Far is more than (metres)', close_at: 'Time of the close', silence_after_s: 'Without a position', expected: 'Expected to report', hours: 'Hours', movement_after_s: 'Standing still', low_battery_pct: 'Low battery (%)', escalation: 'Who is told', unresolved_days: 'Days unresolved' },
    resetPassword: 'Reset password', revoke: 'Sign out everywhere', deactivate: 'Deactivate', activate: 'Activate again',
    deactivateTitle: 'Deactivate {{name}}?', deactivateMany_one: 'Deactivate {{count}} person?', deactivateMany_other: 'Deactivate {{count}} people?',
    deactivateText: 'Their sessions end now, and they cannot sign in any more. Their phone stops sending positions, and no alerts of theirs open. Their history stays, and they can be activated again.',
    revokeTitle: 'Sign {{name}} out everywhere?', revokeMany_one: 'Sign {{count}} person out everywhere?', revokeMany_other: 'Sign {{count}} people out everywhere?',
    revokeText: 'All their devices are signed out, and they must sign in again with their password. Until then their phone cannot send positions.',
    move: 'Move to a team', moveTitle_one: 'Move {{count}} person', moveTitle_other: 'Move {{count}} people', moveYes: 'Move', moveOnly: 'They leave their other teams', moveToo: 'They stay in their other teams too',
    password: {
      generate: 'Generate one', type: 'Type one', none: 'No password for now: they cannot sign in', typed: 'New password', hint: 'At least 8 characters.', title: 'Reset the password of {{name}}', ends: 'Their sessions end, and they sign in again with the new password.',
      ready: 'Password of {{name}}', once: 'It is shown only this once. Copy it and hand it to the person.', noted: 'I have noted it',
    },
    passwords: {
      open: 'Generate passwords', title_one: 'A password for {{count}} person', title_other: 'Passwords for {{count}} people', text: 'Each person gets a new password. The one before stops working, and their sessions end. Many people take a while: about four a second.',
      yes: 'Generate', stop: 'Stop', done_one: 'The password of {{count}} person is ready.', done_other: 'The passwords of {{count}} people are ready.', once: 'Download them now: they cannot be seen again. Delete the file once you have handed them out.', download: 'Download', login: 'Signs in with',
    },
    history: 'Who changed what', historyEmpty: 'No changes yet.',
    did: { reminder_settings_changed: 'Reminders changed', webhook_created: 'Created', webhook_changed: 'Changed', webhook_secret_rotated: 'New secret', webhook_turned_off: 'Turned off for failing', webhook_deleted: 'Removed', user_created: 'Created', user_changed: 'Changed', user_password_set: 'New password', user_device_removed: 'A device was removed', user_signed_out: 'Signed out everywhere', team_created: 'Created', team_changed: 'Changed', team_deleted: 'Deleted', company_created: 'Created', company_changed: 'Changed', activity_settings_changed: 'Settings changed', team_close_changed: 'Another time of the close', inactivity_settings_changed: 'Settings changed', inactivity_settings_removed: 'Own settings removed', presence_settings_changed: 'Changed when it is seen', alert_settings_changed: 'Who is told changed' },
    teams: {
      title: 'Teams', count_one: '{{count}} team', count_other: '{{count}} teams', new: 'New team', error: 'The teams could not be read', empty: 'No team matches', none: 'There are no teams yet', noneHint: 'A team brings people in the field together with those who supervise them.', gone: 'There is no such team',
      show: 'Show its people', delete: 'Delete team', deleteTitle: 'Delete the team {{name}}?', deleteText_one: 'Its member stays in the company, without this team. Whoever supervises through this team no longer sees its people, and zones assigned to the team no longer count.', deleteText_other: 'Its {{count}} members stay in the company, without this team. Whoever supervises through it no longer sees its people, and zones assigned to the team no longer count.',
    },
    import: {
      open: 'Import CSV', title: 'Import people', choose: 'Choose a file', other: 'Choose another file', drop: 'Drop a CSV file here, or choose one.', template: 'Download a template',
      format: 'From Excel or another program, with commas or semicolons. Up to 2,000 lines. The first names the columns, in any order.',
      columns: 'Columns: id, name, email, phone, payroll number, role (colaborador, supervisor, admin), active (yes, no) and teams (names separated by |).',
      who: 'Each line is the person with that id or, without one, with that payroll number. Who does not exist is created.',
      safe: 'First you see what each line would do. It is applied as a whole or not at all, and whoever is not in the file stays as they are.',
      reading: 'Checking…', guessed: 'The file is not UTF-8: it was read as Excel saves it. Check that accents look right.', ignored: 'Columns that are not used: {{columns}}',
      wrong_one: '{{count}} line is wrong. Correct it in the file and choose it again: until then nothing is changed.', wrong_other: '{{count}} lines are wrong. Correct them in the file and choose it again: until then nothing is changed.',
      ready: 'Everything is fine. Look through the lines, then apply.', nothing: 'Everything is already as the file says.', apply_one: 'Apply {{count}} change', apply_other: 'Apply {{count}} changes',
      done: 'Done: {{created}} created, {{changed}} changed.', passwords_one: 'Generate the password of the new person', passwords_other: 'Generate passwords for the {{count}} new people',
      line: 'Line', outcome: 'Outcome', what: 'What', changes: 'Changes', lines: 'Lines of the file', is: { wrong: 'Wrong', created: 'New', changed: 'Changes', unchanged: 'Same' },
    },
    wrong: {
      id_taken: 'This id exists already.', login_taken: 'Somebody else signs in with this.', team_name_taken: 'Another team has this name.', last_admin: 'The company would have no admin left. Make somebody else admin first.',
      password_weak: 'Use at least 8 characters, and not their e-mail, phone or payroll number.', team_not_found: 'There is no team of this name.', user_not_found: 'This person is gone, or you may not see them.', company_not_found: 'There is no such company.',
      id_missing: 'Write an id or a payroll number, so that a second import finds the same person.', user_twice: 'Another line of the file is about the same person.', cells_too_many: 'The line has more cells than columns. Put a text that holds the separator into quotation marks.',
      csv_invalid: 'The file has quotation marks at wrong places.', csv_empty: 'The file has no lines.', csv_columns: 'The first line names no known columns, or one of them twice.', csv_too_long: 'The file has more than 2,000 lines. Divide it.', csv_passwords: 'The file has a column of passwords. Take it out: they are generated after the import.',
      text_not_unicode: 'The file is not UTF-8 text.', text_holds_nul: 'The file is no text.', body_too_large: 'The file is too large: up to 1 MB.',
      job_running: 'It is running or waiting already. See in the list how it ends.', job_not_found: 'There is no such job.', date_in_future: 'The time of that day has not come in the company’s zone. Choose an earlier day.', date_invalid: 'Choose a day of the last year.', company_required: 'Choose a company: a daily job runs for one.',
      fields: {
        name: 'Write a name on one line, up to 200 characters.', email: 'This is no e-mail address, such as ana@example.com.', phone: 'This is no phone number: 7 to 15 digits, with the country’s prefix.', payroll_number: 'Up to 64 characters, without @.', role: 'It is admin, supervisor or colaborador.', active: 'Write yes or no.', id: 'Use up to 64 letters without accents, digits, _ and -.', teams: 'Up to 50 teams.', zone: 'This is no time zone, such as America/Bogota.',
      },
    },
  },
  companies: {
    title: 'Companies', search: 'Name or code', all: 'All', count_one: '{{count}} company', count_other: '{{count}} companies', new: 'New company', error: 'The companies could not be read', none: 'There are no companies yet', noneHint: 'Create the first one with its admin.', empty: 'No company matches', gone: 'There is no such company',
    id: 'Code', idHint: 'Letters without accents, digits, _ and -. It cannot be changed later.', zone: 'Time zone', zoneHint: 'It decides when its day begins and ends.', tracking: 'Tracking', firstAdmin: 'First admin', addAdmin: 'Add an admin',
    suspend: 'Suspend', resume: 'Resume', suspendTitle: 'Suspend {{name}}?', suspendText: 'Nobody of the company gets in: open sessions and connections end, and phones cannot send positions. The data stays, and the company can be resumed.',
    value: { active: 'Active', suspended: 'Suspended', always: 'Always', on_shift: 'On shift only', note: 'Note it', reason: 'Ask a reason', refuse: 'Refuse it', auto: 'Automatic', shifts: 'In their shift', hours: 'In weekly hours' },
  },
  jobs: {
    title: 'Jobs', job: 'Job', last: 'Last run', ran: 'Began', next: 'Next', when: 'When', service: 'Service', daily: 'daily at {{at}}', every: 'every {{age}}', never: 'never yet', late: 'late', overdue: '{{age}} overdue',
    state: { due: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', skipped: 'Skipped' },
    attention_one: '{{count}} job needs attention', attention_other: '{{count}} jobs need attention', fine: 'All is on time', stale: 'It could not be read again. What you see is from {{age}}.', error: 'The jobs could not be read', none: 'There are no jobs', noneHint: 'They appear once a service announces them.', gone: 'There is no such job',
    runs: 'Runs', all: 'All', noRuns: 'No run matches.', for: 'for {{date}}', attempts_one: '{{count}} attempt', attempts_other: '{{count}} attempts', missed_one: '{{count}} before it did not run', missed_other: '{{count}} before it did not run', by: 'asked for by {{name}}',
    runNow: 'Run now', again: 'Run again', date: 'For a past day', asked: 'Asked for: {{what}}. The outcome appears below.', chooseCompany: 'This is a daily job of each company. Choose a company above to run it.',
  },
}
