import { silence } from './es/silence'
import { streets } from './es/streets'

// Spanish is the first language. The other languages have the same keys; src/i18n/texts.test.ts checks that. These are the texts of
// the first load; the others come with their part of the page.
export const es = {
  app: { name: 'Terreno', tagline: 'Tu equipo en campo, en vivo', skip: 'Ir a la lista' },
  login: {
    title: 'Entrar',
    company: 'Empresa',
    companyHint: 'Tu usuario existe en más de una empresa: escribe el código de la tuya.',
    login: 'Correo, teléfono o número de nómina',
    password: 'Contraseña',
    show: 'Mostrar la contraseña',
    hide: 'Ocultar la contraseña',
    submit: 'Entrar',
    busy: 'Entrando…',
    ended: 'Tu sesión terminó. Entra de nuevo.',
    revoked: 'Tu sesión se cerró en todos los dispositivos. Entra de nuevo.',
    suspended: 'Tu empresa está suspendida. Pregunta a quien la administra.',
    unsent: 'Sin conexión: la sesión de este navegador todavía no se cerró en el servidor. Se cierra en cuanto vuelva la conexión. No cierres esta pestaña.',
    wait: 'Espera {{seconds}} s antes de probar otra vez.',
  },
  boot: { loading: 'Cargando…', offline: 'No se puede hablar con el servidor', offlineHint: 'Se intenta de nuevo cada pocos segundos.', retry: 'Intentar ahora', crashed: 'Algo falló en la página', part: 'Esta parte no se pudo cargar', partHint: 'El resto de la página sigue funcionando. Recarga cuando vuelva la conexión.', reload: 'Recargar' },
  nav: { main: 'Secciones', map: 'Mapa', alerts: 'Alertas', zones: 'Zonas', board: 'Agenda', places: 'Lugares', shifts: 'Jornadas', reports: 'Reportes', people: 'Personas', jobs: 'Tareas', chat: 'Conversaciones', chatShort: 'Chat', notices: 'Notificaciones', noticesUnread_one: '{{count}} sin leer', noticesUnread_other: '{{count}} sin leer', noticesChoose: 'Qué me avisan y cuándo', help: 'Teclas y ayuda', more: 'Más', moreTitle: 'Más secciones', settings: 'Ajustes' },
  settings: {
    theme: 'Aspecto', system: 'Sistema', light: 'Claro', dark: 'Oscuro',
    language: 'Idioma', spanish: 'Español', english: 'English',
    sound: 'Sonido de alertas', on: 'Con sonido', off: 'Sin sonido',
    logout: 'Salir', logoutEverywhere: 'Salir en todos los dispositivos', notEverywhere: 'No se cerró ninguna sesión.',
  },
  role: { admin: 'Administración', supervisor: 'Supervisión', colaborador: 'Campo', platform_admin: 'Plataforma' },
  live: {
    live: 'En vivo', connecting: 'Conectando…', waiting: 'Reconectando en {{seconds}} s', over: 'Sesión terminada',
    old: 'Lo que ves es de hace {{age}}', now: 'Reconectar ahora', speed: 'demo ×{{speed}}', label: 'Conexión',
    clock: 'Hora de la demostración', zone: 'hora de {{zone}}',
  },
  state: {
    alert: 'Con alerta', lost: 'Sin señal', fresh: 'Al día', stale: 'Atrasado', silent: 'En silencio', never: 'Sin posición',
    alertHint: 'Tiene una alerta abierta', lostHint: 'Debería reportar, y su teléfono no envía posiciones', freshHint: 'Posición de hace menos de 2 minutos', staleHint: 'Posición de hace 2 a 30 minutos',
    silentHint: 'Sin posición desde hace más de 30 minutos', neverHint: 'Nunca ha enviado una posición',
  },
  people: {
    title: 'Personas', search: 'Buscar por nombre', team: 'Equipo', allTeams: 'Todos los equipos', list: 'Personas, primero quien necesita atención',
    count_one: '{{count}} persona', count_other: '{{count}} personas', of: '{{shown}} de {{total}}',
    empty: 'Nadie coincide', emptyHint: 'Quita la búsqueda o los filtros.', clear: 'Quitar filtros',
    none: 'Todavía no hay nadie en tu equipo', noneHint: 'Quien administra la empresa puede agregar personas.',
    error: 'No se pudo leer la lista de personas', still: 'quieto',
    collapse: 'Plegar la lista', expand: 'Desplegar la lista',
  },
  person: {
    since: 'Posición', speed: 'Velocidad', battery: 'Batería', charging: 'cargando', accuracy: 'Precisión', mock: 'Posición simulada por una app',
    trail: 'Recorrido de la última hora', trailEmpty: 'Sin posiciones en la última hora',
    follow: 'Seguir', following: 'Siguiendo', close: 'Cerrar', centre: 'Ver en el mapa', openAlert: 'Ver la alerta', zones: 'Zonas asignadas', unknown: '—', late: 'llegó {{age}} tarde',
    notFound: 'No hay tal persona', notFoundHint: 'No existe, no es de tu equipo o no trabaja en campo.',
  },
  day: {
    open: 'Ver el día', title: 'Día de {{name}}', unknown: 'El día de una persona',
    help: 'En el día de una persona', helpOpen: 'Ver el día de la persona elegida', helpPlay: 'Reproducir o pausar', helpStep: 'Posición anterior o siguiente', helpMinute: 'Un minuto atrás o adelante',
    helpEnds: 'Principio o final del recorrido', helpRate: 'Más lento o más rápido', helpDay: 'Día anterior o siguiente', helpToday: 'Hoy', helpFollow: 'Mantener a la vista',
  },
  map: {
    pattern: 'Mostrar las calles recorridas', label: 'Mapa', fit: 'Ver a todos', zoomIn: 'Acercar', zoomOut: 'Alejar', here: 'En este punto: {{count}}', more_one: 'y {{count}} persona más', more_other: 'y {{count}} personas más', failed: 'El mapa no se puede dibujar en este navegador', failedHint: 'La lista y las alertas funcionan igual. El mapa necesita WebGL.',
  },
  alerts: {
    title: 'Alertas', list: 'Alertas, primero las abiertas', open: 'Abiertas', acknowledged: 'Atendidas', resolved: 'Resueltas', all: 'Todas', continues: 'Sigue', ended: 'Terminó',
    filterStatus: 'Estado', filterTeam: 'Equipo', filterText: 'Buscar persona o zona', link: 'Copiar el enlace', copied: 'Enlace copiado',
    empty: 'Ninguna alerta abierta', emptyHint: 'Las nuevas aparecen aquí solas.', emptyFilter: 'Ninguna alerta coincide', error: 'No se pudieron leer las alertas',
    notFound: 'No hay tal alerta', notFoundHint: 'No existe, o no es de tu equipo.', more: 'Cargar más',
    type: { inactividad: 'Sin señal', sin_movimiento: 'No se mueve', bateria_baja: 'Batería baja', forbidden_zone: 'En una zona prohibida', sistema: 'Aviso del sistema', outside_zone: 'Fuera de su zona', panic: 'Pánico', other: 'Alerta' },
    status: { nueva: 'Nueva', reconocida: 'Atendida', resuelta: 'Resuelta' },
    zone: 'Zona', away: 'a {{distance}}', since: 'Desde', endedAt: 'Terminó', late: 'Se supo tarde',
    end: { returned: 'volvió a su zona', zones_changed: 'cambiaron sus zonas', schedule_ended: 'terminó el horario de la zona', unassigned: 'ya no tiene zona asignada' },
    what: { panic: 'Pidió auxilio', late: 'Se supo por posiciones atrasadas', raised: 'Se confirmó', closed: 'Terminó', raised_again: 'Volvió a pedir auxilio', unreachable: 'No hay a quién avisar', step: 'Se avisó', joined: 'Pasó a ser parte de otra llamada de auxilio', delivered: 'La recibió', acknowledged: 'La atendió', en_route: 'Va en camino', resolved: 'La resolvió', false_alarm: 'Era una falsa alarma' },
    told_zero: 'No había a quién avisar', told_one: 'Se avisó a {{count}} persona', told_other: 'Se avisó a {{count}} personas', toldHook: '{{told}} y a los webhooks', panicTitle_one: '¡Auxilio! {{name}}', panicTitle_other: '¡Auxilio! {{count}} llamadas', false_alarm: 'Falsa alarma',
    rule: 'regla automática', history: 'Qué pasó', acknowledge: 'Atender', resolve: 'Resolver', reason: 'Motivo', reasonHint: 'Para quien lo lea después. Por ejemplo: la visita se alargó, ya avisó.',
    confirm: 'Resolver', cancel: 'Cancelar', acting: 'Guardando…', close: 'Cerrar', unread_one: '{{count}} alerta abierta', unread_other: '{{count}} alertas abiertas',
    announce: 'Nueva alerta: {{name}}, {{type}}', unknownUser: 'Persona desconocida', 
  },
  age: { now: 'ahora', seconds: '{{n}} s', minutes: '{{n}} min', hours: '{{n}} h', days: '{{n}} d', ago: 'hace {{age}}', },
  help: {
    title: 'Teclas', close: 'Cerrar', search: 'Buscar', map: 'Mapa', alerts: 'Alertas', zones: 'Zonas', board: 'Agenda', places: 'Lugares', shifts: 'Jornadas', reports: 'Reportes', chat: 'Conversaciones', move: 'Moverse por la lista', open: 'Abrir lo elegido', back: 'Cerrar o quitar la selección',
    fit: 'Ver a todos', follow: 'Seguir a la persona elegida', acknowledge: 'Atender la alerta elegida', resolve: 'Resolver la alerta elegida', sound: 'Sonido sí o no', panic: 'Ir a la llamada de auxilio abierta, y volver', help: 'Esta ayuda', states: 'Qué significa cada signo',
  },
  leave: { title: 'Hay cambios sin guardar', yes: 'Salir sin guardar' },
  streets,
  silence,
  notFound: { title: 'No hay nada en esta dirección', hint: 'El enlace está incompleto o la página ya no existe.', home: 'Ir al mapa' },
  problem: {
    generic: 'No se pudo hacer. Intenta de nuevo.', offline: 'No hay conexión con el servidor. No se sabe si se hizo; intenta de nuevo.',
    login_failed: 'El usuario o la contraseña no son correctos, o la cuenta no está activa.',
    login_throttled: 'Demasiados intentos fallidos.', company_required: 'Escribe también la empresa.', company_suspended: 'La empresa está suspendida.',
    own_panic: 'Es tu propia llamada de auxilio: la atiende otra persona. Mientras nadie la atienda, puedes decir que fue una falsa alarma.', already_acknowledged: 'Alguien ya atiende tu llamada de auxilio, y decide si fue una falsa alarma.',
    forbidden: 'Tu rol no permite hacer esto.', not_found: 'Ya no existe, o no lo puedes ver.', unavailable: 'El servicio no puede hacerlo en este momento. Intenta en unos segundos.',
    overloaded: 'El servicio está muy ocupado. Intenta en unos segundos.', validation_failed: 'Algún dato no es como debe ser.', origin_not_allowed: 'Esta dirección de la página no puede abrir sesión.',
  },
}

export type Texts = typeof es
