export const inbox = {
  kind: {
    panic: 'Pánico', outside_zone: 'Fuera de zona', forbidden_zone: 'Zona prohibida', inactivity: 'Sin actividad', low_battery: 'Batería baja', system: 'Aviso del sistema',
    visit_new: 'Visita nueva', visit_moved: 'Visita cambiada', visit_cancelled: 'Visita cancelada', visit_taken: 'Visita reasignada', visits_open: 'Día cerrado con visitas pendientes', chat: 'Mensaje nuevo',
    reminder_first_visit: 'Primera visita sin llegada', reminder_tomorrow: 'Visitas de mañana', reminder_shift_open: 'Jornada todavía abierta', reminder_pending: 'Tareas pendientes', webhook_off: 'Webhook apagado por fallar', test: 'Prueba',
  },
  text: { later: 'otro día', many: 'varias', many_later: 'varias, otro día', task: 'de una tarea', one: 'una sola' },
  group: { alerts: 'Alertas', visits: 'Visitas y tareas', reminders: 'Recordatorios', other: 'Lo demás' },
  mine: 'Recibidas', choose: 'Qué me avisan', list: 'Lo que se me avisó', filter: { all: 'Todas', unread: 'Sin leer' }, readAll: 'Marcar todo como leído', unread: 'sin leer',
  empty: 'Todavía no hay notificaciones', emptyHint: 'Aquí queda todo lo que se te avisa, durante 90 días, aunque tu teléfono esté apagado.', allRead: 'No queda nada sin leer', allReadHint: 'Con «Todas» se ven también las leídas.', error: 'No se pudieron leer las notificaciones', more: 'Cargar más',
  panicNote: 'El pánico siempre llega: no lo detienen ni las horas de silencio ni nada de lo que apagues aquí.', stillListed: 'Lo que apagas o llega en tus horas de silencio no suena en ningún dispositivo, pero queda en tus notificaciones.',
  language: 'Idioma de las notificaciones', languageText: 'En qué idioma se escriben las que te llegan. No cambia el idioma de esta página.', languageOf: 'El de cada dispositivo', es: 'Español', en: 'Inglés',
  quiet: 'Horas de silencio', quietText: 'En estas horas no suena ningún dispositivo tuyo, salvo por un pánico.', quietOn: 'Tener horas de silencio', quietFrom: 'Desde', quietUntil: 'Hasta', quietZone: 'Hora de {{zone}}. Si terminan antes de empezar, siguen hasta el día siguiente.', quietSame: 'Escribe dos horas distintas.',
  kinds: 'Qué me avisan', kindsText: 'Lo que esté marcado llega a tus dispositivos.', saved: 'Guardado.',
  devices: 'Dispositivos', devicesNone: 'Ningún dispositivo recibe sus notificaciones. Tiene que entrar en la app con su cuenta y permitir las notificaciones.', devicesHint: 'Si se perdió o lo robaron, cierra también sus sesiones: mientras una siga abierta en él, la app lo vuelve a agregar.', removeDevice: 'Quitar', removeDeviceOf: 'Quitar {{device}}', removeDeviceTitle: '¿Quitar {{device}}?', devicesOwn: 'Un dispositivo deja de recibir cuando la persona cierra su sesión en él.',
  seen: 'Visto {{age}}', stale: 'inactivo', staleHint: 'Hace más de 60 días que no se ve: solo recibe alertas de pánico, y a los 270 días se quita.',
  log: 'Lo que se le avisó', logNone: 'En 90 días no se le avisó nada.', deliveredAt: 'Entregada {{at}}', openedAt: 'Abierta {{at}}', readAt: 'Leída {{at}}', anyKind: 'Todos los tipos', noneOfKind: 'Nada de este tipo.',
  page: 'Notificaciones', remindTitle: 'Recordatorios', remindText: 'Lo que se recuerda automáticamente a quien trabaja en campo. Cada cosa se recuerda una vez.', readOnly: 'Lo decide la administración.', remindError: 'No se pudieron leer los ajustes', changedMeanwhile: 'Alguien lo cambió mientras tanto a: {{value}}', remindLog: 'Recordatorios: quién cambió qué',
  remind: {
    name: { first_visit: 'Primera visita sin llegada', first_visit_after_min: 'Minutos después', tomorrow: 'Visitas de mañana', tomorrow_at: 'Hora', shift_open: 'Jornada olvidada', shift_open_after_h: 'Horas, si no tiene plan', pending: 'Tareas pendientes', pending_at: 'Hora de la mañana' },
    hint: {
      first_visit: 'A quien no ha llegado a la primera visita del día.', first_visit_after_min: 'De 5 a 120 minutos después de que empezó el horario de la visita.', tomorrow: 'Cuántas visitas tiene al día siguiente.', tomorrow_at: 'Hora local, de 12:00 a 22:00. Sale hasta 20 minutos después, cada día a la misma hora.',
      shift_open: 'Pregunta si ya terminó, una hora después del fin de su jornada planeada.', shift_open_after_h: 'De 4 a 24 horas desde que la inició, si no tiene plan.', pending: 'Cuántas tareas están vencidas o son para ese día.', pending_at: 'Hora local, de 04:00 a 14:00. Sale hasta 20 minutos después, cada día a la misma hora.',
    },
    wrong: { first_visit_after_min: 'Escribe minutos enteros, de 5 a 120.', tomorrow_at: 'Escribe una hora de 12:00 a 22:00, como 18:00.', shift_open_after_h: 'Escribe horas enteras, de 4 a 24.', pending_at: 'Escribe una hora de 04:00 a 14:00, como 09:00.' },
  },
  texts: 'Los textos, como llegan', textsText: 'Con nombres y números de ejemplo. Nunca llevan un lugar: se ven en pantallas bloqueadas.', textsLanguage: 'Idioma de los textos', textsKind: 'Cuándo', textsTitle: 'Título', textsBody: 'Texto', textsError: 'No se pudieron leer los textos',
}
