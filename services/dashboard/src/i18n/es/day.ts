export const day = {
  back: 'Volver al mapa',
  date: 'Fecha', previous: 'Día anterior', next: 'Día siguiente', today: 'Hoy', reading: 'Leyendo el día: {{n}} posiciones…',
  zoneAhead: 'Horas de {{zone}}. Tu reloj marca {{span}} más.', zoneBehind: 'Horas de {{zone}}. Tu reloj marca {{span}} menos.',
  empty: 'Sin posiciones este día', emptyHint: 'El teléfono no envió nada con esta fecha. Lo que tenga guardado aparece aquí cuando llegue.', future: 'Ese día todavía no llega', lastDay: 'Ir al último día con posiciones',
  notFound: 'No hay tal persona', notFoundHint: 'No existe, o no la puedes ver.', error: 'No se pudo leer el día', retry: 'Intentar de nuevo', offline: 'Sin conexión. Se sigue leyendo cuando vuelva.',
  partial: 'Se leyó hasta las {{time}}; el resto falló.', limited: 'Son demasiadas posiciones: se muestran las primeras {{n}}, hasta las {{time}}.', alertsFailed: 'No se pudieron leer las alertas de este día.',
  facts: 'Datos del día', first: 'Primera posición', last: 'Última posición', fixes: 'Posiciones', devices: 'Teléfonos', longest: 'Mayor silencio', noGap: 'Ninguno de más de 5 min',
  lateFixes: 'Llegaron tarde', upTo: '{{n}}, hasta {{span}}', mockFixes: 'Simuladas', vagueFixes: 'Poco precisas', vagueHint: '{{n}}, peores que 100 m',
  events: 'Qué pasó', noEvents: 'Sin alertas, silencios ni posiciones tardías.', gap: 'Sin posiciones', lateRun: 'Llegó tarde', lateBy: 'hasta {{age}} tarde', mockRun: 'Posición simulada', openAlert: 'Ver la alerta',
  vague: 'Precisión peor que 100 m', noSpeed: 'velocidad sin dato', noAccuracy: 'precisión sin dato', badAccuracy: 'precisión desconocida', inGap: 'Sin posiciones durante {{span}}',
  player: 'Reproducción', play: 'Reproducir', pause: 'Pausar', moment: 'Momento del día', rate: 'Velocidad de reproducción', follow: 'Mantener a la vista', chart: 'Velocidad y precisión durante el día',
  speed: 'Velocidad, km/h', accuracy: 'Precisión, m', start: 'Inicio {{time}}', end: 'Fin {{time}}',
}
