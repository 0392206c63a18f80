/** What became of a notification on its way to a device, and of a call to a webhook. */
export const notices = {
  platform: { android: 'Android', ios: 'iPhone o iPad', web: 'Navegador' },
  state: { queued: 'En camino', sent: 'Enviada', delivered: 'Entregada', opened: 'Abierta', failed: 'Falló', skipped: 'No se envió', expired: 'Venció' },
  reason: {
    off: 'la persona apagó este tipo', quiet: 'eran sus horas de silencio', expired: 'ya no servía cuando iba a salir', no_device: 'no tiene ningún dispositivo que las reciba',
    no_credentials: 'la instalación no tiene credenciales de Firebase', seen: 'ya la había leído', device_gone: 'el dispositivo ya no es suyo',
    unregistered: 'la app ya no está en el dispositivo', sender_id_mismatch: 'el dispositivo es de otro proyecto de Firebase', invalid: 'Firebase no aceptó el mensaje', quota_exceeded: 'Firebase pidió ir más despacio', internal: 'error de Firebase', third_party_auth: 'la clave de Apple o del navegador falta o no es válida', credentials_refused: 'Firebase no aceptó las credenciales de la instalación', unavailable: 'Firebase no está disponible',
    network: 'no se pudo establecer la conexión', timeout: 'no respondió en 10 segundos', certificate: 'su certificado no es válido', redirect: 'respondió con una redirección a otra dirección', address_forbidden: 'la dirección no es de internet público', webhook_off: 'el webhook está apagado', too_many_waiting: 'había demasiadas llamadas en espera', too_old: 'ya tenía más de un día',
    too_large: 'era demasiado grande', event_off: 'ya no se pide este aviso', company_suspended: 'la empresa está suspendida', user_gone: 'la persona ya no está en la empresa', outdated: 'otra más nueva dice lo mismo', http: 'respondió con el código {{status}}', other: 'motivo: {{reason}}',
  },
  attempts_one: '{{count}} intento', attempts_other: '{{count}} intentos',
}
