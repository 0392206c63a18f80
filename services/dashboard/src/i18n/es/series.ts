export const series = {
  repeat: 'Se repite', title: 'Series de visitas', list: 'Series de visitas', one: 'Serie', open: 'Series', back: 'Agenda', link: 'Ver la serie', by: 'la serie', search: 'Título, persona o lugar',
  kind: { once: 'No se repite', day: 'Cada día', workdays: 'De lunes a viernes', week: 'Cada semana, los días que elijas', twoWeeks: 'Cada dos semanas, los días que elijas', date: 'Cada mes, el día {{n}}', lastDate: 'Cada mes, el último día', weekday: 'Cada mes, el {{nth}} {{day}}', lastWeekday: 'Cada mes, el {{nth}} {{day}}' },
  nth: { n1: 'primer', n2: 'segundo', n3: 'tercer', n4: 'cuarto', n5: 'quinto', nlast: 'último' },
  say: {
    day: 'Cada día', days: 'Cada {{n}} días', workdays: 'De lunes a viernes', week: 'Cada {{days}}', weeks: 'Cada {{n}} semanas, {{days}}', two: 'dos', theDay: 'el {{day}}', date: 'El día {{n}}', lastDate: 'El último día', nth: 'El {{nth}} {{day}}', month: '{{what}} de cada mes', months: '{{what}}, cada {{n}} meses',
    from: 'de {{from}} a {{until}}', anyHour: 'a cualquier hora', until: 'hasta el {{date}}', times_one: '{{count}} vez', times_other: '{{count}} veces',
    other_one: 'Por una regla de otro programa, {{count}} fecha', other_other: 'Por una regla de otro programa, {{count}} fechas',
  },
  days: 'Días de la semana', end: 'Termina', endUntil: 'En una fecha', endCount: 'Tras unas veces', until: 'Última fecha', count: 'Veces',
  skips: 'Los meses que no tienen día {{n}} se saltan.', noExternal: 'Un número de orden nombra una sola visita: no va con las que se repiten.',
  makes_one: '{{count}} visita:', makes_other: '{{count}} visitas. Las primeras:', last: 'La última: {{date}}', passed_one: '{{count}} fecha ya pasó y no se crea.', passed_other: '{{count}} fechas ya pasaron y no se crean.', none: 'Ninguna fecha coincide hasta el final.', tooMany: 'Son más de 1,000 fechas, o más de cinco años: elige un final más cercano.', allPassed: 'Todas las fechas ya pasaron.',
  fault: { days: 'Elige al menos un día.', until: 'Elige una fecha que no sea anterior a la primera.', count: 'Escribe cuántas veces, desde 1.' },
  state: { active: 'En curso', over: 'Todas creadas', ended: 'Terminada antes' }, filter: { current: 'En curso', problem: 'Con problema', over: 'Terminadas' },
  problem: { place_archived: 'Lugar archivado', internal: 'Falla al crear' },
  problemText: { place_archived: 'Su lugar está archivado: mientras siga así no se crean visitas. Actívalo de nuevo en Lugares, o termina la serie.', internal: 'Hubo una falla al crear las visitas. Se intenta de nuevo cada hora.' },
  next: 'Próxima', rule: 'Regla', status: 'Estado', made: 'Creadas hasta', madeNone: 'Ninguna todavía', toMake: 'Por crear', ahead: 'Cada visita se crea 14 días antes de su fecha.', visits: 'Visitas de hoy en adelante', visitsNone: 'Ninguna todavía.', visitsError: 'No se pudieron leer.',
  count_one: '{{count}} serie', count_other: '{{count}} series', error: 'No se pudieron leer las series', empty: 'Ninguna serie coincide', nothing: 'Ninguna visita se repite todavía', nothingHint: 'Crea una visita en la agenda y elige cómo se repite.', nothingOver: 'Ninguna serie terminada', nothingProblem: 'Ninguna serie tiene problemas', notFound: 'No hay tal serie', notFoundHint: 'No existe, o no es de tu equipo.',
  endIt: 'Terminar la serie', endAsk: 'Terminar la serie «{{title}}»', endText: 'Ya no se crean visitas. Las que nadie ha empezado y cuyo horario todavía no llega se cancelan con este motivo. Las que ya empezaron, o ya debían empezar, quedan como están.', endCount_one: 'Ahora se cancela {{count}} visita.', endCount_other: 'Ahora se cancelan {{count}} visitas.', endNone: 'Ahora no hay visitas que cancelar.', endedBy: 'Terminada por {{name}}, {{at}}',
}

export const seriesWrong = {
  rule_invalid: 'La agenda no entiende esta repetición.', rule_sub_daily: 'A lo más una visita por día.', rule_without_end: 'Elige cuándo termina.', rule_too_many: 'Son más de 1,000 fechas: elige un final más cercano.', rule_too_long: 'Dura más de cinco años: elige un final más cercano.', rule_names_no_date: 'Ninguna fecha coincide hasta el final.',
  series_passed: 'Todas las fechas ya pasaron: elige otra fecha o un final más tarde.', too_many_series: 'La empresa tiene demasiadas series en curso. Termina las que ya no hacen falta.', series_not_found: 'No existe esa serie, o no es de tu equipo.',
}
