export const rules = {
  error: 'No se pudieron leer los ajustes', readOnly: 'Lo decide la administración de la empresa. Aquí ves lo que vale.', saved: 'Guardado.', changedMeanwhile: 'Alguien más lo cambió mientras tanto a: {{value}}',
  tracking: {
    title: 'Rastreo', text: 'Cuándo se ven las posiciones de la gente.', always: 'Siempre', always_hint: 'Se ven a cualquier hora, también fuera de la jornada.', on_shift: 'Solo en jornada', on_shift_hint: 'Fuera de la jornada nadie las ve, y se borran. La pausa es parte de la jornada.',
    askOn: '¿Rastrear solo en jornada?', askOff: '¿Rastrear siempre?', yesOn: 'Sí, solo en jornada', yesOff: 'Sí, siempre', who: { field: 'La gente de campo', office: 'Supervisión y administración', alerts: 'Zonas y alertas', past: 'Lo que ya pasó' },
    on: {
      field: 'Se rastrea desde que empieza su jornada hasta que la termina, con sus pausas. Quien olvida empezarla no aparece en el mapa.',
      office: 'Las posiciones fuera de una jornada conocida se ocultan enseguida para todos, en el mapa y en los recorridos. Si una jornada se conoce después, se ve lo que quedó dentro.',
      alerts: 'Una zona no juzga lo oculto: fuera de la jornada no se abren alertas de salida.',
      past: 'Lo recibido desde ahora que siga fuera de toda jornada se borra 48 horas después de recibirse, y no vuelve. Lo anterior queda oculto, pero no se borra.',
    },
    off: {
      field: 'Se rastrea a cualquier hora, también en su descanso. Díselo antes de cambiarlo.',
      office: 'Las posiciones de todos se ven enseguida, en el mapa y en los recorridos, haya jornada o no.',
      alerts: 'Las zonas juzgan todas las posiciones, según el horario de cada zona.',
      past: 'Lo que estaba oculto se ve otra vez. Lo que ya se borró no vuelve.',
    },
    nowOn_zero: 'Todas las {{total}} personas de campo están ahora en jornada: nadie deja de verse en el mapa.', nowOn_one: '{{count}} de {{total}} personas de campo está ahora fuera de jornada: deja de verse en el mapa.', nowOn_other: '{{count}} de {{total}} personas de campo están ahora fuera de jornada: dejan de verse en el mapa.',
    nowOff_zero: 'Todas las {{total}} personas de campo están ahora en jornada: en el mapa nada cambia ahora.', nowOff_one: '{{count}} de {{total}} personas de campo está ahora fuera de jornada: vuelve a verse en el mapa.', nowOff_other: '{{count}} de {{total}} personas de campo están ahora fuera de jornada: vuelven a verse en el mapa.', counting: 'Contando quién está en jornada…',
  },
  close: {
    title: 'Cierre del día', text: 'A esta hora las visitas que nadie terminó quedan incompletas, y las jornadas olvidadas se cierran. El trabajo de noche se cierra dos horas después de su fin planeado.',
    at: 'Hora del cierre de la empresa', hint: 'Hora local, de 12:00 a 23:59. Lo abierto que aún no vence se mueve con ella en unos minutos.', teams: 'Equipos con otra hora', teamsHint: 'Vacío: cierra con la empresa.', team: 'Cierre de {{team}}', same: 'con la empresa', clear: 'Quitar la hora de {{team}}',
    search: 'Buscar equipo', none: 'Ningún equipo coincide', noTeams: 'Todavía no hay equipos.',
  },
  checkIn: {
    title: 'Llegada a un sitio', text: 'Qué pasa cuando alguien marca su llegada lejos del sitio.', note: 'Anotarla', note_hint: 'Se acepta, y la oficina ve la distancia.', reason: 'Pedir un motivo', reason_hint: 'Se acepta solo con un motivo, que queda en el historial.', refuse: 'Rechazarla', refuse_hint: 'No se acepta: hay que acercarse. La oficina la puede anotar.',
    max: 'Lejos es a más de (metros)', maxHint: 'Desde el borde del sitio. La imprecisión del teléfono, hasta 200 m, cuenta a favor de la persona.',
  },
  conflict: { title: 'Alguien más cambió lo mismo', text: 'Mientras escribías, otra persona guardó otros valores. Nada se ha perdido: elige cuáles valen.', what: 'Ajuste', theirs: 'Lo guardado', mine: 'Lo tuyo', keep: 'Guardar lo mío', take: 'Quedarme con lo guardado' },
  wrong: { close_at: 'Escribe una hora local de 12:00 a 23:59, como 22:00.', check_in_max_m: 'Escribe metros enteros, de 0 a 100,000.', team: 'El equipo ya no existe.' },
}
