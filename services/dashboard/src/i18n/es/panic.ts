/** Calls for help, who is told of an alert and when. Reasons are those of the notifier. */
export const panic = {
  title_one: 'Llamada de auxilio', title_other: '{{count}} llamadas de auxilio', asks: '{{name}} pide auxilio', reach: 'F8 lleva aquí desde cualquier parte. Esc vuelve a donde estabas.', announce: 'Llamada de auxilio de {{name}}. La tecla F8 lleva a ella.',
  late: 'Llegó tarde: pidió auxilio a las {{time}} y se supo {{age}} después.', lateDay: 'Llegó tarde: pidió auxilio el {{time}} y se supo {{age}} después.', place: 'Posición', noPlace: 'Se desconoce', ofCall: 'la de la llamada', map: 'Ver en el mapa', open: 'Ver todo', phone: 'Teléfono', noPhone: 'No está registrado', otherTeam: 'No lo ves: es de otro equipo', battery: 'Batería', note: 'Escribió', fold: 'Reducir', unfold: 'Mostrar',
  acknowledge: 'La atiendo yo', enRoute: 'Voy en camino', falseAlarm: 'Falsa alarma', falseTitle: '¿Por qué fue una falsa alarma?', falseHint: 'Obligatorio. Por ejemplo: lo oprimió sin querer, hablé con él por teléfono.', falseYes: 'Fue falsa alarma', needReason: 'Escribe por qué fue una falsa alarma.',
  mine: 'Tú atiendes la llamada de {{name}}.', taken: 'La llamada de {{name}} la atiende {{by}}.', over: 'La llamada de {{name}} ya no está abierta.', wasFalse: 'La llamada de {{name}} fue una falsa alarma, según {{by}}.', dismiss: 'Quitar el aviso',
  sound: { activate: 'Activar sonido', blocked: 'El navegador no permite el sonido hasta que hagas clic en la página o presiones una tecla.', on: 'Suena hasta que alguien la atienda.', elsewhere: 'Suena en otra pestaña.', none: 'Este navegador no puede reproducir sonido.', mute: 'Silenciar aquí', unmute: 'Que suene aquí', muted: 'En silencio en este navegador. En los demás sigue sonando.', muteHint: 'Solo esta llamada y solo en este navegador' },
  stage: { raised: 'Pidió auxilio', delivered: 'La recibió', acknowledged: 'La atiende', en_route: 'Va en camino', resolved: 'Resuelta', false_alarm: 'Falsa alarma' }, path: 'En qué va', pending: 'todavía no',
  ladder: {
    title: 'A quién se avisa', next: 'Siguiente aviso', in: 'en {{time}}', now: 'ahora mismo', later: 'después de {{time}}', done_one: '{{count}} persona', done_other: '{{count}} personas', done_zero: 'no había nadie', hook: 'se llamó a los webhooks', unknown: 'avisos que la empresa cambió después',
    again: 'Otra vez a todos', againDone_one: 'una vez, a las {{time}}', againDone_other: '{{count}} veces, la última a las {{time}}', againMost: 'hasta {{limit}} veces', nothing: 'Nadie más recibe aviso.', stopped: 'Alguien la atiende: ya no se avisa a más gente.', error: 'No se pudo leer a quién se avisa.', reading: 'Leyendo…',
    who: { noTeam: 'administración, porque no está en ningún equipo', team_supervisors: 'supervisores de su equipo', supervisors: 'todos los supervisores', admins: 'administración', webhook: 'webhooks' },
  },
  unreachable: 'No hay a quién avisar', unreachableHint: 'Nadie de quienes deben recibir el aviso tiene un teléfono registrado, y no hay webhooks. Llama tú a quien pueda ayudar.',
  delivered: 'La recibió primero {{by}}, {{ago}}.', undelivered: 'Todavía no la ha recibido nadie.',
  away: 'Sin conexión: esto puede haber cambiado. Se vuelve a intentar.',
  joins: 'Es parte de otra llamada de auxilio que ya estaba abierta.', joinsOpen: 'Ver esa llamada', own: 'Es tu propia llamada de auxilio: la atiende otra persona.',
  told: {
    title: 'Notificaciones a los teléfonos', all_one: '{{count}} persona', all_other: '{{count}} personas', hidden_one: 'Hay una más, a alguien que no es de tus equipos.', hidden_other: 'Hay {{count}} más, a gente que no es de tus equipos.', empty: 'Todavía no se ha avisado a nadie.', error: 'No se pudieron leer las notificaciones', more: 'Ver más', refresh: 'Leer otra vez', read: 'leída a las {{time}}', opened: 'abierta a las {{time}}', delivered: 'mostrada a las {{time}}',
    platform: { android: 'Android', ios: 'iPhone', web: 'Navegador' },
  },
  rules: {
    title: 'A quién se avisa', text: 'Quién recibe aviso de cada tipo de alerta en su teléfono, y cuándo, hasta que alguien la atiende. Cada aviso llega a quien todavía no lo ha recibido.', own: 'Nadie recibe aviso de una alerta sobre sí mismo. Si un aviso no encuentra a nadie, llega a la administración.',
    type: 'Tipo de alerta', step: 'Aviso {{step}}', after: 'Después de', afterHint: 'Minutos y segundos desde que se supo de la alerta, como 1:30. 0 es enseguida.', tell: 'A quién', add: 'Agregar aviso', remove: 'Quitar el aviso {{step}}', none: 'Nadie recibe aviso en su teléfono. La alerta aparece igual en la página.',
    who: { team_supervisors: 'Supervisores de su equipo', supervisors: 'Todos los supervisores', admins: 'Administración' }, webhook: 'Webhooks', repeat: 'Después, avisar otra vez a todos cada', repeatHint: 'De 1:00 a 60:00. Vacío: no se repite.', limit: 'Cuántas veces', limitHint: 'De 1 a 12.', days: 'Días sin resolver', daysHint: 'De 7 a 3650. Una alerta que nadie resuelve en ese tiempo la resuelve la regla, en la noche.', name: 'Avisos: {{type}}', nobody: 'nadie', log: 'Alertas: quién cambió qué', each: 'cada {{time}}, {{count}} veces',
    wrong: { after_s: 'Escribe minutos y segundos, como 1:30, hasta 24 h.', order: 'Cada aviso va después del anterior.', tell: 'Elige al menos un grupo.', repeat_s: 'De 1:00 a 60:00.', repeat_limit: 'De 1 a 12.', panic: 'El primer aviso de una llamada de auxilio llega a alguien en menos de un minuto.', unresolved_days: 'De 7 a 3650 días.', both: 'Escribe cada cuánto y cuántas veces, o deja ambos vacíos.' },
  },
}
