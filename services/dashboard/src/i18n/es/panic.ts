/** Calls for help, who is told of an alert and when. Reasons are those of the notifier. */
export const panic = {
  title_one: 'Llamada de auxilio', title_other: '{{count}} llamadas de auxilio', asks: '{{name}} pide auxilio', reach: 'F8 lleva aquí desde cualquier parte. Esc vuelve a donde estabas.', announce: 'Llamada de auxilio de {{name}}. La tecla F8 lleva a ella.',
  late: 'Llegó tarde: pidió auxilio a las {{time}} y se supo {{age}} después.', place: 'Posición', noPlace: 'No se conoce', ofCall: 'la de la llamada', map: 'Ver en el mapa', open: 'Ver todo', phone: 'Teléfono', noPhone: 'No está registrado', battery: 'Batería', note: 'Escribió', fold: 'Reducir', unfold: 'Mostrar',
  acknowledge: 'La atiendo yo', enRoute: 'Voy en camino', falseAlarm: 'Falsa alarma', falseTitle: '¿Por qué fue una falsa alarma?', falseHint: 'Obligatorio. Por ejemplo: lo oprimió sin querer, hablé con él por teléfono.', falseYes: 'Fue falsa alarma', needReason: 'Escribe por qué fue una falsa alarma.',
  mine: 'Tú atiendes la llamada de {{name}}.', taken: 'La llamada de {{name}} la atiende {{by}}.', over: 'La llamada de {{name}} ya no está abierta.', dismiss: 'Quitar el aviso',
  sound: { activate: 'Activar sonido', blocked: 'El navegador no deja sonar esta página hasta que la uses.', on: 'Suena hasta que alguien la atienda.', elsewhere: 'Suena en otra pestaña.', none: 'Este navegador no puede sonar.', mute: 'Silenciar aquí', unmute: 'Que suene aquí', muted: 'En silencio en esta computadora. En las demás sigue sonando.', muteHint: 'Solo esta llamada y solo en esta computadora' },
  stage: { raised: 'Pidió auxilio', delivered: 'La vio', acknowledged: 'La atiende', en_route: 'Va en camino', resolved: 'Resuelta', false_alarm: 'Falsa alarma' }, path: 'En qué va', pending: 'todavía no',
  ladder: {
    title: 'A quién se avisa', next: 'Siguiente aviso', in: 'en {{time}}', now: 'ahora mismo', later: 'después, a los {{time}}', done_one: '{{count}} persona', done_other: '{{count}} personas', done_zero: 'no había nadie', hook: 'se llamó a los webhooks', unknown: 'avisos que la empresa cambió después',
    again: 'Otra vez a todos', againDone_one: 'una vez, a las {{time}}', againDone_other: '{{count}} veces, la última a las {{time}}', againMost: 'hasta {{limit}} veces', nothing: 'Nadie más recibe aviso.', stopped: 'Alguien la atiende: ya no se avisa a más gente.', error: 'No se pudo leer a quién se avisa.', reading: 'Leyendo…',
    who: { team_supervisors: 'supervisores de su equipo', supervisors: 'todos los supervisores', admins: 'administración', webhook: 'webhooks' },
  },
  unreachable: 'No hay a quién avisar', unreachableHint: 'Nadie de quienes deben recibir el aviso tiene un teléfono registrado, y no hay webhooks. Llama tú a quien pueda ayudar.',
  delivered: 'La vio primero {{by}}, {{ago}}.', undelivered: 'Todavía no la ha visto nadie.',
  joins: 'Es parte de otra llamada de auxilio que ya estaba abierta.', joinsOpen: 'Ver esa llamada', own: 'Es tu propia llamada de auxilio: la atiende otra persona.',
  told: {
    title: 'Avisos a los teléfonos', all_one: '{{count}} persona', all_other: '{{count}} personas', hidden_one: 'Hay un aviso más, a alguien que no es de tus equipos.', hidden_other: 'Hay {{count}} avisos más, a gente que no es de tus equipos.', empty: 'Todavía no se ha avisado a nadie.', error: 'No se pudieron leer los avisos', more: 'Ver más avisos', refresh: 'Leer otra vez', read: 'leído {{time}}', opened: 'abierto {{time}}', delivered: 'mostrado {{time}}', tries_one: '{{count}} intento', tries_other: '{{count}} intentos',
    platform: { android: 'Android', ios: 'iPhone', web: 'Navegador' },
    state: { queued: 'En cola', sent: 'Enviado', failed: 'Falló', skipped: 'No se envió', expired: 'Caducó' },
    skipped: { off: 'no quiere este tipo de avisos', quiet: 'está en sus horas de silencio', no_device: 'no tiene teléfono registrado', expired: 'ya era tarde para avisarle' },
    reason: {
      no_credentials: 'la instalación no tiene credenciales para enviar avisos', seen: 'ya lo había visto', device_gone: 'el teléfono ya no está registrado', unregistered: 'la app ya no está en el teléfono', sender_id_mismatch: 'el teléfono es de otra instalación', invalid: 'el servicio de avisos no acepta este teléfono', quota_exceeded: 'demasiados avisos a la vez', internal: 'falla del servicio de avisos',
      third_party_auth: 'falta la clave de Apple o del navegador', credentials_refused: 'el servicio de avisos no acepta las credenciales de la instalación', unavailable: 'el servicio de avisos no responde', network: 'falla de red', other: 'motivo: {{reason}}',
    },
  },
  rules: {
    title: 'A quién se avisa', text: 'Quién recibe aviso de cada tipo de alerta en su teléfono, y cuándo, hasta que alguien la atiende. Cada aviso llega a quien todavía no lo ha recibido.', own: 'Nadie recibe aviso de una alerta sobre sí mismo. Si un aviso no encuentra a nadie, llega a la administración.',
    type: 'Tipo de alerta', step: 'Aviso {{step}}', after: 'Después de', afterHint: 'Minutos y segundos desde que empezó la alerta, como 1:30. 0 es enseguida.', tell: 'A quién', add: 'Agregar aviso', remove: 'Quitar el aviso {{step}}', none: 'Nadie recibe aviso en su teléfono. La alerta aparece igual en la página.',
    who: { team_supervisors: 'Supervisores de su equipo', supervisors: 'Todos los supervisores', admins: 'Administración' }, webhook: 'Webhooks', repeat: 'Después, avisar otra vez a todos cada', repeatHint: 'De 1:00 a 60:00. Vacío: no se repite.', limit: 'Cuántas veces', limitHint: 'De 1 a 12.', days: 'Días sin resolver', daysHint: 'De 7 a 3650. Una alerta que nadie resuelve en ese tiempo la resuelve la regla, en la noche.', name: 'Avisos: {{type}}', nobody: 'nadie', log: 'Alertas: quién cambió qué', each: 'cada {{time}}, {{count}} veces',
    wrong: { after_s: 'Escribe minutos y segundos, como 1:30, hasta 24 h.', order: 'Cada aviso va después del anterior.', tell: 'Elige al menos a alguien.', repeat_s: 'De 1:00 a 60:00.', repeat_limit: 'De 1 a 12.', panic: 'El primer aviso de una llamada de auxilio llega a alguien en menos de un minuto.', unresolved_days: 'De 7 a 3650 días.', both: 'Escribe cada cuánto y cuántas veces, o deja ambos vacíos.' },
  },
}
