export const work = {
  shift: 'Jornada', en_curso: 'En jornada desde {{time}}', en_pausa: 'En pausa desde {{time}}', off: 'Fuera de jornada', unknown: 'Aún no se sabe',
  visita: 'Visita', tarea: 'Tarea', none: 'Ninguna en curso', since: 'desde {{time}} ({{age}})', more_one: 'y {{count}} más', more_other: 'y {{count}} más', mark: 'En visita: {{title}}',
}
