import type { zones as es } from '../es/zones'

export const zones: typeof es = {
  title: 'Zones', list: 'Zones, by name', search: 'Search zone', count_one: '{{count}} zone', count_other: '{{count}} zones', of: '{{shown}} of {{total}}',
  empty: 'There are no zones yet', emptyHint: 'A zone says where people should be. When somebody leaves, an alert comes.', emptyFilter: 'No zone matches', error: 'The zones could not be read', retry: 'Try again',
  notFound: 'There is no such zone', notFoundHint: 'It does not exist, or you may not see it.', close: 'Close', back: 'Back to the list',
  draw: 'Draw', kind: { polygon: 'Polygon', circle: 'Circle', corridor: 'Corridor' }, kindHint: { polygon: 'Draw a polygon', circle: 'Draw a circle', corridor: 'Draw a corridor: a line with a width' },
  import: 'Import GeoJSON', settings: 'Parameters of the company',
  filter: { outside: 'People outside', unassigned: 'Not assigned' }, filterLabel: 'Filter',
  outsideCount_one: '{{count}} outside', outsideCount_other: '{{count}} outside', people_one: '{{count}} person', people_other: '{{count}} people', teams_one: '{{count}} team', teams_other: '{{count}} teams',
  unassigned: 'Not assigned', unassignedHint: 'It applies to nobody: it raises no alert yet.', vertices_one: '{{count}} point', vertices_other: '{{count}} points', radius: 'Radius', width: 'Width', metres: 'metres',
  now: 'Outside now', nobodyOutside: 'Nobody outside', inside_one: '{{count}} inside', inside_other: '{{count}} inside', unknown_one: '{{count}} not confirmed', unknown_other: '{{count}} not confirmed',
  insideHint: 'Inside one of their zones', unknownHint: 'No positions that confirm it, or outside the schedule', since: 'since {{time}}', peopleError: 'Who is outside could not be read', peopleNone: 'Nobody whom you may see',
  appliesTo: 'Applies to', more: 'and {{count}} more', when: 'Schedule', always: 'Always', buffer: 'Margin', confirm: 'Confirmation', confirmText: '{{fixes}} positions in {{seconds}} s', company: 'of the company', changed: 'Last change', by: 'by {{name}}',
  edit: 'Edit', assign: 'Assign', remove: 'Delete', show: 'Show on the map',
  newZone: 'New zone', editing: 'Edit {{name}}', name: 'Name', save: 'Save', saving: 'Saving…', cancel: 'Cancel', undo: 'Undo', redo: 'Redo', hole: 'Add a hole or a part', deletePoint: 'Delete the point', deleteKey: 'Del', finish: 'End the drawing', here: 'Put a point at the centre of the map',
  hint: {
    polygon: 'Click on the map to set the points. A double click, or a click on the first, closes it.', corridor: 'Click on the map along the route. A double click ends it.', circle: 'Click on the map where the centre is.',
    ring: 'Draw a hole inside the zone, or another part outside. Escape drops it.', edit: 'Drag the points. A small point adds one; right click or Delete takes one out.', editCircle: 'Drag the centre or the border.',
    many: '{{count}} points are in view: zoom in to move them. You can also import another border.',
  },
  points: 'Points', lat: 'Latitude', lon: 'Longitude', pointOf: 'Point {{n}}', holePoint: 'Hole {{hole}}, point {{n}}', addAfter: 'Add one after it', refused: 'The server does not accept it', drawFirst: 'Draw the zone on the map first.', parameters: 'Parameters', ofCompany: '{{value}} (company)',
  fields: {
    exit_buffer_m: 'Margin outside the border, m', confirm_fixes: 'Positions in a row that confirm', confirm_s: 'Seconds that they span', max_accuracy_m: 'Least accuracy of a position, m', max_age_s: 'Longest delay for an alert, s', max_gap_s: 'Longest pause between positions, s',
  },
  fieldHints: {
    exit_buffer_m: 'How far from the border still counts as near.', confirm_fixes: 'How many positions in a row it takes to say that somebody left or came back.', confirm_s: 'How much time those positions must span.', max_accuracy_m: 'A position that is less accurate does not count.',
    max_age_s: 'What arrives later raises no live alert.', max_gap_s: 'After a longer pause it is confirmed anew.',
  },
  settingsHint: 'They hold for the zones that say nothing else.', days: { mon: 'Mo', tue: 'Tu', wed: 'We', thu: 'Th', fri: 'Fr', sat: 'Sa', sun: 'Su' },
  dayNames: { mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' }, from: 'From', to: 'To', addWindow: 'Add a time', removeWindow: 'Remove this time', scheduleHint: 'Without a schedule it always applies. Time of {{zone}}. When it ends before it begins, it ends on the next day.', every: 'every day',
  assignTitle: 'Assign {{name}}', assignSearch: 'Search team or person', assignTeams: 'Teams', assignPeople: 'People', assignHint: 'Of a team, it applies to those who work in the field.', assignMore: 'There are {{count}} more: search by name.', assignNone: 'Nobody matches',
  removeTitle: 'Delete {{name}}?', removeAssigned: 'It applies to {{who}}. Open alerts of this zone end.', removeReach: 'Altogether {{people}} are judged by it.', removeFree: 'It is assigned to nobody.', removing: 'Deleting…',
  leaveText: 'If you leave now, what you drew or changed in “{{name}}” is lost.', stay: 'Go on editing', unnamed: 'zone without a name',
  conflictTitle: 'Somebody changed this zone while you edited it', conflictBy: '{{name}} changed it at {{time}}.', conflictNone: 'What changed cannot be seen in the zone.', conflictKeep: 'Save mine over it', conflictTheirs: 'Take theirs', conflictBack: 'Go on editing', conflictHint: 'Yours is not lost: if you take theirs, “Undo” brings it back. On the map, the dashed line is theirs.',
  goneTitle: 'Somebody deleted this zone while you edited it', goneText: 'Your drawing is still here. You can save it as a new zone, without assignments.', goneSave: 'Save as new',
  member: { geometry: 'Border', name: 'Name', radius_m: 'Radius', width_m: 'Width', exit_buffer_m: 'Margin', confirm_fixes: 'Positions', confirm_s: 'Seconds', schedule: 'Schedule', users: 'People', teams: 'Teams' }, points2: '{{count}} points',
  file: {
    title: 'Import {{name}}', hint: 'Check the names and take out what you do not want. Nothing is saved until you import.', drop: 'Drop the GeoJSON file here', json: 'The file is not valid JSON.', geojson: 'The file is not GeoJSON: it takes a FeatureCollection, a Feature or a geometry.', empty: 'There is no zone in the file.',
    large: 'The file is too large: split it into several.', unsupported: '{{type}} cannot be a zone.', include: 'Include {{name}}', nameOf: 'Name of {{name}}', radius: 'Radius for points without one, m', width: 'Width for lines without one, m', run_one: 'Import {{count}} zone', run_other: 'Import {{count}} zones', running: 'Importing {{done}} of {{total}}…', stop: 'Stop',
    done_one: '{{count}} zone imported.', done_other: '{{count}} zones imported.', refused_one: '{{count}} was not accepted: it is marked on the map.', refused_other: '{{count}} were not accepted: they are marked on the map.', fix: 'Correct on the map', created: 'Imported', list: 'Zones of the file', close: 'Done', points: '{{kind}} · {{points}}',
  },
}
