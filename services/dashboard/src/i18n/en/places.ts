import type { places as es } from '../es/places'

export const places: typeof es = {
  agenda: 'Show in the agenda', nextVisit: 'Next visit', lastVisit: 'Last visit', underWay: 'Under way', noNext: 'None planned', noLast: 'None in {{days}} days',
  title: 'Places', list: 'Places, by name', search: 'Search place', count_one: '{{count}} place', count_other: '{{count}} places', atLeast: '{{n}}+ places', new: 'New place', archivedToo: 'Archived too', archived: 'Archived',
  error: 'The places could not be read', retry: 'Try again', empty: 'There are no places yet', emptyHint: 'A place is where visits are made: a customer, a site, an office. Make the first one, or import a file.', emptyFilter: 'No place matches',
  notFound: 'There is no such place', notFoundHint: 'It does not exist, or it is not of your company.', back: 'Back to the list', close: 'Close', closer: 'There are more places than fit: zoom in to see them.',
  export: 'Download CSV', edit: 'Edit', show: 'Show on the map', save: 'Save', saving: 'Saving…', create: 'Create', cancel: 'Cancel', editing: 'Edit {{name}}', copy: 'Copy the link', copied: 'Link copied', noAddress: 'No address',
  field: { name: 'Name', external_id: 'Code', address: 'Address', contact: 'Contact', notes: 'Notes', point: 'Latitude, longitude', radius: 'Radius', archived: 'Archived', lat: 'Latitude', lon: 'Longitude', radius_m: 'Radius', id: 'id' },
  radiusUnit: 'Radius, metres', changed: 'Last change', by: 'by {{name}}', visits: 'Visits', openVisits_one: '{{count}} open', openVisits_other: '{{count}} open', openVisitsMore: 'more than {{count}} open', noVisits: 'None open',
  hint: { point: 'Click on the map, or paste the coordinates. The link of another map will do as well.', mapEdit: 'Drag the point, or the border to change the radius.' },
  here: 'Put it here, at the centre of the map', pointUnread: 'These are no coordinates: write latitude and longitude, such as 4.65, -74.08.',
  archive: 'Archive', restore: 'Restore', archiveTitle: 'Archive {{name}}?', archiveText: 'It is hidden from lists and gets no new visits. It can be restored.', archiveVisits_one: 'Its open visit stays as it is and can be completed.', archiveVisits_other: 'Its {{count}} open visits stay as they are and can be completed.', archiveVisitsMore: 'Its more than {{count}} open visits stay as they are and can be completed.', archiveNone: 'It has no open visits.', archivedHint: 'It is hidden from lists and gets no new visits.',
  conflict: { title: 'Somebody changed this place while it was edited', by: '{{name}} changed it on {{time}}.', none: 'What changed cannot be seen here.', both: 'What you wrote is saved, together with what the other person changed in the other fields.', back: 'Go on editing', theirs: 'Keep theirs', keep: 'Save mine', before: 'Before', after: 'Now', what: 'Field', yes: 'yes', no: 'no', nothing: '—' },
  import: {
    open: 'Import CSV', title: 'Import places', done: 'Done: {{created}} new, {{changed}} changed.',
    format: 'From Excel or another program, with commas or semicolons. Up to 1,000 lines. The first one names the columns, in any order.', columns: 'Columns: code, name, address, contact, notes, latitude, longitude, radius and archived (yes, no). Numbers may have a decimal comma.',
    who: 'Each line is the place with that code. When there is none, it is made.', safe: 'First you see what each line would do. All of it is applied, or nothing, and a place that is not in the file stays as it is.',
  },
  wrong: {
    place_changed: 'Somebody changed it meanwhile. It is shown as it is now: try again.', place_not_found: 'There is no such place.', external_id_taken: 'Another place, or another line, has this code.', too_many_places: 'The company can have no more places.', id_taken: 'Another line is about the same place.', csv_too_long: 'The file has more than 1,000 lines. Split it.', body_too_large: 'The file is too large: at most 4 MB.',
    fields: { name: 'Write a name of one line, with at most 200 characters.', external_id: 'At most 64 characters, on one line.', address: 'At most 300 characters, on one line.', contact: 'At most 300 characters, on one line.', notes: 'At most 2,000 characters.', lat: 'This is no latitude: -90 to 90, and not 0 together with longitude 0.', lon: 'This is no longitude: -180 to 180.', radius_m: '5 to 5,000 metres.', archived: 'Write yes or no.', id: 'Use at most 64 letters without accents, digits, _ and -.' },
  },
}
