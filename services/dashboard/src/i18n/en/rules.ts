export const rules = {
  error: 'The settings could not be read', readOnly: 'The company’s administration decides this. You see here what holds.', saved: 'Saved.', changedMeanwhile: 'Somebody else changed it meanwhile to: {{value}}',
  tracking: {
    title: 'Tracking', text: 'When people’s positions are seen.', always: 'Always', always_hint: 'They are seen at any hour, also outside shifts.', on_shift: 'On shift only', on_shift_hint: 'Outside shifts nobody sees them, and they are deleted. A pause is part of the shift.',
    askOn: 'Track on shift only?', askOff: 'Track always?', yesOn: 'Yes, on shift only', yesOff: 'Yes, always', who: { field: 'People in the field', office: 'Supervisors and administration', alerts: 'Zones and alerts', past: 'What has happened already' },
    on: {
      field: 'They are tracked from the start of their shift to its end, pauses included. Who forgets to start it is not on the map.',
      office: 'Positions outside every known shift are hidden from everybody at once, on the map and in tracks. If a shift becomes known later, what lies in it is seen.',
      alerts: 'A zone does not judge what is hidden: outside shifts no alert is raised for leaving it.',
      past: 'What is received from now on and is still outside every shift is deleted 48 hours after its reception, and does not come back. What is older is hidden, but not deleted.',
    },
    off: {
      field: 'They are tracked at any hour, also when they rest. Tell them before you change it.',
      office: 'Everybody’s positions are seen at once, on the map and in tracks, with a shift or without.',
      alerts: 'Zones judge all positions, by the schedule of each zone.',
      past: 'What was hidden is seen again. What was deleted does not come back.',
    },
    nowOn_zero: 'All {{total}} people in the field are on shift now: nobody leaves the map.', nowOn_one: '{{count}} of {{total}} people in the field is off shift now, and leaves the map.', nowOn_other: '{{count}} of {{total}} people in the field are off shift now, and leave the map.',
    nowOff_zero: 'All {{total}} people in the field are on shift now: the map stays as it is.', nowOff_one: '{{count}} of {{total}} people in the field is off shift now, and comes back to the map.', nowOff_other: '{{count}} of {{total}} people in the field are off shift now, and come back to the map.', counting: 'Counting who is on shift…',
  },
  close: {
    title: 'Close of the day', text: 'At this time visits that nobody ended become incomplete, and forgotten shifts are closed. Work at night is closed two hours after its planned end.',
    at: 'When the company’s day is closed', hint: 'Local time, from 12:00 to 23:59. What is open and not yet due moves with it within some minutes.', teams: 'Teams with another time', teamsHint: 'Empty: closed with the company.', team: 'Close of {{team}}', same: 'with the company', clear: 'Take away the time of {{team}}',
    search: 'Search a team', none: 'No team matches', noTeams: 'There are no teams yet.',
  },
  checkIn: {
    title: 'Arrival at a site', text: 'What happens when somebody checks in far from the site.', note: 'Note it', note_hint: 'It is taken, and the office sees the distance.', reason: 'Ask a reason', reason_hint: 'It is taken only with a reason, which stays in the history.', refuse: 'Refuse it', refuse_hint: 'It is not taken: they must come nearer. The office may enter it.',
    max: 'Far is more than (metres)', maxHint: 'From the edge of the site. The phone’s inaccuracy, up to 200 m, counts in the person’s favour.',
  },
  conflict: { title: 'Somebody else changed the same', text: 'While you wrote, somebody else saved other values. Nothing is lost: choose which hold.', what: 'Setting', theirs: 'Saved', mine: 'Yours', keep: 'Save mine', take: 'Keep what is saved' },
  wrong: { close_at: 'Write a local time from 12:00 to 23:59, such as 22:00.', check_in_max_m: 'Write whole metres, from 0 to 100,000.', team: 'The team does not exist any more.' },
}
