export const work = {
  shift: 'Shift', en_curso: 'On shift since {{time}}', en_pausa: 'On a break since {{time}}', off: 'Off shift', unknown: 'Not known yet',
  visita: 'Visit', tarea: 'Task', none: 'None under way', since: 'since {{time}} ({{age}})', more_one: 'and {{count}} more', more_other: 'and {{count}} more', mark: 'In a visit: {{title}}',
}
