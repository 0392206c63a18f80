export const reports = {
  title: 'Reportes', own: 'Mis días', table: 'Lo que se hizo cada día', error: 'No se pudieron leer los reportes', empty: 'Nada en estos días', emptyHint: 'Nadie tiene posiciones, visitas ni jornada en este periodo, o el filtro no deja a nadie.',
  period: 'Periodo', from: 'Desde', to: 'Hasta', other: 'Otro periodo', wrong: 'Ese periodo no se puede mostrar', wrongHint: 'Hasta 93 días, de los últimos 400 y no después de hoy, y el último no antes del primero.',
  shortcut: { yesterday: 'Ayer', today: 'Hoy', week: 'Esta semana', lastWeek: 'Semana pasada', month: 'Este mes', lastMonth: 'Mes pasado' },
  by: 'Sumar', each: { day: 'Cada día', all: 'Total del periodo', week: 'Por semana', month: 'Por mes' },
  csv: 'CSV', xlsx: 'Excel', downloadCsv: 'Descargar CSV', downloadXlsx: 'Descargar para Excel', only: 'Solo {{name}}', rows_one: '{{count}} fila', rows_other: '{{count}} filas', limited: 'Son demasiadas filas: se muestran las primeras {{n}}. Elige un equipo, menos días o una suma.',
  closedOnly: 'Las sumas son de días cerrados: el de hoy todavía no cuenta.', person: 'Persona', date: 'Día', week: 'Semana', month: 'Mes', days: 'Días', distance: 'Distancia', moving: 'En marcha', stopped: 'Detenido', gaps: 'Sin datos', first: 'Primera', last: 'Última', visits: 'Visitas', visitsOf: '{{done}} de {{all}}', notDone: 'No hechas', shift: 'Jornada', planned: 'Plan', balance: 'Diferencia', state: 'Estado', note: 'Nota', sum: 'Total',
  is: { preliminary: 'Provisional', closed: 'Cerrado', final: 'Definitivo', failed: 'Sin calcular' },
  isHint: { preliminary: 'El día no se ha cerrado: estas cifras cambian', closed: 'El día se cerró. Lo que llegue tarde todavía lo corrige', final: 'Ya no cambia', failed: 'No se pudo calcular este día. El registro del servidor dice por qué' },
  late_one: '{{count}} llegó tarde', late_other: '{{count}} llegaron tarde', mock: '{{distance}} simulados', gapNote: '{{distance}} sin datos',
  day: {
    title: 'Qué se hizo', distance: 'Distancia', moving: 'En marcha', stopped: 'Detenido', gaps: 'Sin datos', gapsOf: '{{span}} ({{distance}} en línea recta)', speed: 'Velocidad', speedOf: '{{avg}} en marcha, hasta {{max}}', shift: 'Jornada', pause: '{{shift}}, y {{pause}} en pausa',
    visits: 'Visitas', visitsOf: '{{done}} hechas, {{not}} no hechas, {{open}} abiertas', mock: 'Simulados', failed: 'No se pudo leer el resumen de este día.', none: 'Sin resumen de este día.', trip: 'Recorrido', tripTo: 'Recorrido a {{place}}', stop: 'Parada', tripOf: '{{distance}}, {{span}}',
  },
}
