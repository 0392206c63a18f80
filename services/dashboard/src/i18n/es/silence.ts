/** Why somebody is silent. Causes and ends are those of proto/alert; src/app/data/why.test.ts checks that each has its words. */
export const silence = {
  since: 'Sin señal desde las {{time}}.', still: 'No se mueve desde las {{time}}.', was: 'Sin señal desde las {{time}} hasta las {{end}}.', wasStill: 'No se movió desde las {{time}} hasta las {{end}}.',
  low: 'Batería baja desde las {{time}}.', lowAt: 'Batería al {{battery}} a las {{time}}, sin cargar.', wasLow: 'Batería baja desde las {{time}} hasta las {{end}}.', wasLowAt: 'Batería baja desde las {{time}}, al {{battery}}, hasta las {{end}}.',
  cause: {
    unknown: 'No se conoce la causa.', battery_empty: 'El teléfono se quedó sin batería.', permission_withdrawn: 'Retiró el permiso de ubicación.', permission_reduced: 'Redujo el permiso de ubicación.', location_off: 'Apagó la ubicación del teléfono.',
    app_closed: 'Cerró la app.', battery_saver: 'Activó el ahorro de batería.', airplane_mode: 'Activó el modo avión.', shared_silence: 'La mayoría dejó de reportar a la vez: nadie recibe una alerta por eso.', storage_behind: 'Las posiciones llegan, pero se guardan con retraso: nadie recibe una alerta por eso.',
  },
  at: {
    battery_empty: 'El teléfono se quedó sin batería a las {{time}}.', permission_withdrawn: 'Retiró el permiso de ubicación a las {{time}}.', permission_reduced: 'Redujo el permiso de ubicación a las {{time}}.', location_off: 'Apagó la ubicación del teléfono a las {{time}}.',
    app_closed: 'Cerró la app a las {{time}}.', battery_saver: 'Activó el ahorro de batería a las {{time}}.', airplane_mode: 'Activó el modo avión a las {{time}}.',
  },
  short: { unknown: 'causa desconocida', battery_empty: 'batería', permission_withdrawn: 'sin permiso', permission_reduced: 'permiso reducido', location_off: 'ubicación apagada', app_closed: 'app cerrada', battery_saver: 'ahorro de batería', airplane_mode: 'modo avión' },
  battery: 'Batería al {{battery}} y bajando.', other: 'Causa: {{cause}}.',
  end: { returned: 'volvió a reportar', explicada: 'el teléfono no tenía red: las posiciones llegaron después', moved: 'se movió', charged: 'el teléfono se cargó', shift_ended: 'terminó su jornada', paused: 'puso su jornada en pausa', settings_changed: 'cambiaron los ajustes', user_left: 'ya no está en la empresa', normal: 'se normalizó' },
  shared: 'Desde las {{time}}, {{people}} de {{of}} personas que reportaban dejaron de hacerlo a la vez. Parece una falla de red o del servicio: nadie recibe una alerta por eso.',
  sharedAll: 'Desde las {{time}}, {{people}} de {{of}} personas que reportaban en toda la instalación dejaron de hacerlo a la vez. Parece una falla del servicio: nadie recibe una alerta por eso.',
  behind: 'Desde las {{time}}, las posiciones se guardan con retraso: lo que se ve puede ser antiguo, y nadie recibe una alerta por eso.',
  system: 'Sistema', banner: 'Avisos del sistema', own: 'Tu teléfono:', lastFix: 'Última posición', open: 'Ver la alerta', more_one: 'y {{count}} aviso más', more_other: 'y {{count}} avisos más',
}
